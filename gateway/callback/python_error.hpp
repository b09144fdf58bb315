// SPDX-License-Identifier: Apache-2.0
//
// From the traceback that Python sends to a PythonError with its parts told apart.
#pragma once

#include <string>

#include "base/error.hpp"

namespace py4cpp {

/// The error whose traceback Python formatted. Of chained exceptions the last one counts, which is
/// the one that was not caught. Text that is no traceback is the message, with an empty type.
PythonError python_error(std::string traceback);

}  // namespace py4cpp
