// SPDX-License-Identifier: Apache-2.0
//
// A type in Python's words: what the stubs and the help pages show for a C++ parameter or result.
// A convert<T> may have a `static PythonType python_type()`; without one its java_name() decides.
#pragma once

#include <string>
#include <typeinfo>
#include <vector>

namespace py4cpp {

/// A small tree, e.g. {"map", {{"str"}, {"int"}}}. The names are Python's own ("int", "str",
/// "bytes", "float", "bool", "Decimal", "None", "Any") or "list", "set", "map", "array",
/// "iterator", "optional", "union", "tuple" and "callable" (result first, then the parameters).
struct PythonType {
  std::string name{};
  std::vector<PythonType> parameters{};
  /// A registered class; `name` is empty then.
  const std::type_info* type = nullptr;
};

namespace detail {

/// The type that a Java name stands for: "boolean" is bool. Other names are those of classes.
PythonType python_type_of(const std::string& java_name);

}  // namespace detail
}  // namespace py4cpp
