// SPDX-License-Identifier: Apache-2.0
//
// Number formatting from the shortest digits that std::to_chars finds.
#include "gateway/wire/java_text.hpp"

#include <cxxabi.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <memory>

namespace py4cpp {

namespace {

/// Splits a number in scientific notation into its digits (without point) and its exponent.
struct Scientific {
  std::string digits;
  int exponent = 0;  // Of the first digit.
};

Scientific scientific_of(double positive) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), positive,
                                 std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const auto mark = text.find('e');
  Scientific result;
  for (const char c : text.substr(0, mark))
    if (c != '.') result.digits += c;
  const bool negative = text[mark + 1] == '-';
  std::from_chars(text.data() + mark + 2, text.data() + text.size(), result.exponent);
  if (negative) result.exponent = -result.exponent;
  return result;
}

/// The digits with a point after the one of weight 10^0.
std::string with_point(const std::string& digits, int exponent) {
  if (exponent < 0)
    return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return digits + std::string(whole - digits.size(), '0') + ".0";
  return digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace

std::string java_double_text(double number) {
  if (std::isnan(number)) return "NaN";
  const std::string sign = std::signbit(number) ? "-" : "";
  const double positive = std::fabs(number);
  if (std::isinf(positive)) return sign + "Infinity";
  if (positive == 0) return sign + "0.0";
  const Scientific parts = scientific_of(positive);
  if (positive >= 1e-3 && positive < 1e7) return sign + with_point(parts.digits, parts.exponent);
  return sign + with_point(parts.digits, 0) + "E" + std::to_string(parts.exponent);
}

std::string plain_decimal_text(std::string_view text) {
  const auto mark = text.find_first_of("eE");
  if (mark == std::string_view::npos) return std::string(text);
  auto power_text = text.substr(mark + 1);
  if (power_text.starts_with('+')) power_text.remove_prefix(1);
  int power = 0;
  const auto parsed =
      std::from_chars(power_text.data(), power_text.data() + power_text.size(), power);
  if (parsed.ec != std::errc() || power > plain_digits_max || power < -plain_digits_max)
    return std::string(text);

  std::string_view mantissa = text.substr(0, mark);
  std::string sign;
  if (mantissa.starts_with('-')) sign = "-";
  if (mantissa.starts_with('-') || mantissa.starts_with('+')) mantissa.remove_prefix(1);
  const auto point = mantissa.find('.');
  std::string digits(mantissa.substr(0, point));
  if (point != std::string_view::npos) digits += mantissa.substr(point + 1);
  const int whole = static_cast<int>(point == std::string_view::npos ? digits.size() : point);

  const int position = whole + power;  // Of the point within the digits.
  if (position <= 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-position), '0') + digits;
  const auto cut = static_cast<std::size_t>(position);
  if (cut >= digits.size()) {
    digits.append(cut - digits.size(), '0');
    const auto first = digits.find_first_not_of('0');
    return sign + (first == std::string::npos ? "0" : digits.substr(first));
  }
  return sign + digits.substr(0, cut) + "." + digits.substr(cut);
}

std::string readable_type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : type.name();
}

std::string_view simple_name(std::string_view class_name) {
  return class_name.substr(class_name.find_last_of(".$") + 1);
}

std::string_view package_name(std::string_view class_name) {
  const auto dot = class_name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : class_name.substr(0, dot);
}

}  // namespace py4cpp
