// SPDX-License-Identifier: Apache-2.0
#include "gateway/types/ordering.hpp"

#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/registry.hpp"
#include "gateway/types/type_table.hpp"

namespace py4cpp {

namespace {

/// Holds every double and every integer as it is.
using AnyNumber = long double;
static_assert(std::numeric_limits<AnyNumber>::digits >= 64);

std::optional<AnyNumber> number_of(const Value& value) {
  if (const auto* real = value.get_if<double>()) return *real;
  if (const auto* narrow = value.get_if<std::int32_t>()) return *narrow;
  if (const auto* wide = value.get_if<std::int64_t>()) return static_cast<AnyNumber>(*wide);
  if (const auto* large = value.get_if<std::uint64_t>()) return static_cast<AnyNumber>(*large);
  return std::nullopt;
}

/// As Double.compare: -0.0 comes before 0.0, and NaN last.
int compare_numbers(AnyNumber a, AnyNumber b) {
  if (std::isnan(a) || std::isnan(b)) return int{std::isnan(a)} - int{std::isnan(b)};
  if (a != b) return a < b ? -1 : 1;
  return int{std::signbit(b)} - int{std::signbit(a)};
}

/// A decimal number as 0.digits times a power of ten.
struct DecimalParts {
  int sign = 0;  // Of zero it is 0, and the rest means nothing.
  std::int64_t power = 0;
  std::string digits{};  // Neither the first nor the last is a zero.
};

constexpr std::int64_t power_max = std::int64_t{1} << 60;

/// Nothing for what is no number.
std::optional<DecimalParts> parts_of(std::string_view text) {
  DecimalParts parts{text.starts_with('-') ? -1 : 1};
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text == "Infinity") return DecimalParts{parts.sign, power_max, "1"};
  const auto mark = std::min(text.find_first_of("eE"), text.size());
  if (mark < text.size()) {
    auto power = text.substr(mark + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto end = power.data() + power.size();
    const auto parsed = std::from_chars(power.data(), end, parts.power);
    if (parsed.ec != std::errc() || parsed.ptr != end || parts.power > power_max / 2 ||
        parts.power < -power_max / 2)
      return std::nullopt;
  }
  const auto mantissa = text.substr(0, mark);
  const auto point = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, point));
  if (point < mantissa.size()) digits += mantissa.substr(point + 1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  const auto first = digits.find_first_not_of('0');
  if (first == std::string::npos) return DecimalParts{};
  parts.power += static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  parts.digits = digits.substr(first, digits.find_last_not_of('0') + 1 - first);
  return parts;
}

/// Nothing when one of them is no number.
std::optional<int> compare_decimals(const Decimal& a, const Decimal& b) {
  const auto x = parts_of(a.text), y = parts_of(b.text);
  if (!x || !y) return std::nullopt;
  if (x->sign != y->sign || x->sign == 0) return x->sign - y->sign;
  if (x->power != y->power) return x->power < y->power ? -x->sign : x->sign;
  return x->sign * x->digits.compare(y->digits);
}

[[noreturn]] void refuse(const Registry& registry, const Value& a, const Value& b) {
  const auto text = [&](const Value& value) {
    if (value.is_null()) return std::string("null");
    const auto* decimal = value.get_if<Decimal>();
    return registry.class_name(value) + (decimal ? " " + decimal->text : "");
  };
  throw NamedError("java.lang.ClassCastException", "these have no order: " + text(a) + " and " +
                                                       text(b) +
                                                       "; an object needs a compareTo for that");
}

int sign_of(std::int64_t number) { return number < 0 ? -1 : number > 0 ? 1 : 0; }

}  // namespace

bool Ordering::can_compare(const Value& value) const {
  const auto& registry = context_.registry();
  if (value.get_if<Proxy>()) return registry.is_instance(value, "java.lang.Comparable");
  const auto* object = value.get_if<Object>();
  const auto target = object ? registry.table().resolve(*object) : std::nullopt;
  return target && target->type->methods.contains("compareTo");
}

int Ordering::compare(const Value& a, const Value& b) const {
  const auto x = number_of(a), y = number_of(b);
  if (x && y) return compare_numbers(*x, *y);
  if (const auto* text = a.get_if<std::string>(), *other = b.get_if<std::string>(); text && other)
    return text->compare(*other);
  if (const auto* flag = a.get_if<bool>(), *other = b.get_if<bool>(); flag && other)
    return int{*flag} - int{*other};
  if (const auto* decimal = a.get_if<Decimal>(), *other = b.get_if<Decimal>(); decimal && other)
    if (const auto order = compare_decimals(*decimal, *other)) return *order;
  if (!can_compare(a)) refuse(context_.registry(), a, b);
  const Value answer = context_.registry().call(context_, a, "compareTo", {b});
  if (const auto* narrow = answer.get_if<std::int32_t>()) return *narrow;
  if (const auto* wide = answer.get_if<std::int64_t>()) return sign_of(*wide);
  throw NamedError("java.lang.ClassCastException",
                   "compareTo of " + context_.registry().class_name(a) + " returned no int");
}

/// As a linked list, which stands it when a compareTo contradicts itself; std::sort does not.
std::vector<Value> Ordering::sorted(std::vector<Value> values) const {
  std::list<Value> list(std::make_move_iterator(values.begin()),
                        std::make_move_iterator(values.end()));
  list.sort([this](const Value& a, const Value& b) { return before(a, b); });
  return {std::make_move_iterator(list.begin()), std::make_move_iterator(list.end())};
}

}  // namespace py4cpp
