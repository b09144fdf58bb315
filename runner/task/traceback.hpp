// SPDX-License-Identifier: Apache-2.0
//
// Reads Python's tracebacks, as far as an error's one-line message needs it.
#pragma once

#include <string>
#include <string_view>

namespace py4cpp::runner {

/// The exception itself, "ValueError: no", without the frames above it and without a final newline.
/// It may have several lines. Text that is no traceback is returned as it is.
std::string exception_text(std::string_view traceback);

}  // namespace py4cpp::runner
