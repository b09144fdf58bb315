// SPDX-License-Identifier: Apache-2.0
//
// Python type stubs (.pyi) for everything that a registry holds, so that editors complete and mypy
// checks the scripts that use it:
//
//   from typing import TYPE_CHECKING
//   if TYPE_CHECKING:
//       from jvm import Jvm
//   jvm: "Jvm" = gateway.jvm
//   thermostat = jvm.home.Thermostat(18.0)
//
// Each Java package becomes a module below `jvm`; `jvm.Jvm` is the type of `gateway.jvm`.
#pragma once

#include <map>
#include <string>

namespace py4cpp {

class Registry;

/// The text of each stub file by its path below the folder, such as "jvm/home/__init__.pyi". The
/// registry has to be frozen. What cannot be written in Python (members called `print` are fine,
/// those called `from` are not) is left out.
std::map<std::string, std::string> stub_files(const Registry& registry);

/// Writes them into the folder, which is made when it is not there. Throws Error when a file cannot
/// be written.
void write_stubs(const Registry& registry, const std::string& folder);

}  // namespace py4cpp
