// SPDX-License-Identifier: Apache-2.0
//
// Stands for another version of the gateway library.
namespace py4cpp {
class Registry;
[[gnu::visibility("default")]] void function_of_another_version(Registry&) {}
}  // namespace py4cpp
