// SPDX-License-Identifier: Apache-2.0
//
// Plugins: shared libraries whose one function registers C++ classes for the driver script.
//
//   void bind(py4cpp::Registry& registry);    // extern "C" or not
#pragma once

#include <string>

namespace py4cpp {
class Registry;
}

namespace py4cpp::launcher {

/// Loads the library at `path` for the rest of the process's life and lets it bind into `registry`.
/// Throws Error that names the library and what is wrong with it: not loadable, made for another
/// version of py4cpp, without `bind`, or failing in it.
void load_plugin(const std::string& path, Registry& registry);

}  // namespace py4cpp::launcher
