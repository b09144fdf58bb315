// SPDX-License-Identifier: Apache-2.0
//
// How Java writes numbers and names as text.
#pragma once

#include <string>
#include <string_view>
#include <typeinfo>

namespace py4cpp {

/// Double.toString: "1.0", "1.0E10", "NaN", "-Infinity"; the shortest digits that read back equal.
std::string java_double_text(double number);

/// BigDecimal.toPlainString of Python's `str(Decimal)`: "1E+3" gives "1000". Text that is no finite
/// decimal number, or whose plain form would need more than `plain_digits_max` digits, is returned
/// as it is.
std::string plain_decimal_text(std::string_view text);
inline constexpr int plain_digits_max = 100'000;

/// A C++ type's name as a person would write it.
std::string readable_type_name(const std::type_info& type);

/// "C" of "a.b.C" and "Inner" of "a.b.C$Inner".
std::string_view simple_name(std::string_view class_name);
/// "a.b" of "a.b.C", empty when there is no package.
std::string_view package_name(std::string_view class_name);

}  // namespace py4cpp
