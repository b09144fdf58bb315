// SPDX-License-Identifier: Apache-2.0
#include "gateway/python_type.hpp"

#include <string_view>
#include <utility>

namespace py4cpp::detail {

PythonType python_type_of(const std::string& java_name) {
  constexpr std::pair<std::string_view, std::string_view> plain[] = {
      {"boolean", "bool"},
      {"byte", "int"},
      {"short", "int"},
      {"int", "int"},
      {"long", "int"},
      {"float", "float"},
      {"double", "float"},
      {"char", "str"},
      {"java.lang.String", "str"},
      {"byte[]", "bytes"},
      {"java.math.BigDecimal", "Decimal"},
  };
  for (const auto& [java, python] : plain)
    if (java == java_name) return {std::string(python)};
  return {"Any"};
}

}  // namespace py4cpp::detail
