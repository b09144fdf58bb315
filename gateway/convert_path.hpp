// SPDX-License-Identifier: Apache-2.0
//
// convert<T> for std::filesystem::path: text in Python. (Pass `str(path)` for a pathlib.Path.)
#pragma once

#include <filesystem>

#include "convert.hpp"

namespace py4cpp {

template <>
struct convert<std::filesystem::path> {
  static std::string java_name() { return "java.lang.String"; }
  static Cost cost(const Value& value, const Registry&) { return detail::string_cost(value); }
  static std::filesystem::path from_value(const Value& value, const Registry&) {
    return detail::string_from(value);
  }
  static Value to_value(const std::filesystem::path& path) { return path.string(); }
};

}  // namespace py4cpp
