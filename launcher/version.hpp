// SPDX-License-Identifier: Apache-2.0
//
// What --version prints.
#pragma once

#include <string>

namespace py4cpp::launcher {

inline std::string version_text() { return "py4cpp " PY4CPP_VERSION "\n"; }

}  // namespace py4cpp::launcher
