// SPDX-License-Identifier: Apache-2.0
//
// convert<T>: how a C++ type crosses the gateway. Specialise it to teach the gateway a value type
// of your own; classes that are bound with Registry::type need nothing, they cross by reference.
//
//   template <> struct py4cpp::convert<Celsius> {
//     static std::string java_name() { return "double"; }
//     static Cost cost(const Value& v, const Registry& r) { return convert<double>::cost(v, r); }
//     static Celsius from_value(const Value& v, const Registry& r);  // only after cost() matched
//     static Value to_value(const Celsius& c) { return c.degrees; }
//   };
//
// cost() ranks overloads: the call with the lowest sum wins. It follows Java's order; what is
// kinder than Java (an int for a double) costs more than anything that Java would accept.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "value.hpp"

namespace py4cpp {

class Registry;

/// How well a value fits a parameter: 0 is exact, negative is not at all.
using Cost = std::int64_t;
inline constexpr Cost no_match = -1;
inline constexpr Cost widening_cost = 1;          // int to long, double to float
inline constexpr Cost distance_cost = 100;        // for each step up to a base class
inline constexpr Cost kindness_cost = 1'000'000;  // what Java refuses and we accept
inline constexpr Cost null_cost = 100'000'000;    // null for a reference; the deepest class wins

template <class T>
struct convert;

/// A type with a convert<T> of its own.
template <class T>
concept ValueType = requires(const Value& value, const Registry& registry) {
  { convert<T>::cost(value, registry) } -> std::convertible_to<Cost>;
  { convert<T>::from_value(value, registry) } -> std::convertible_to<T>;
  { convert<T>::java_name() } -> std::convertible_to<std::string>;
};

/// A class that crosses by reference, as a registered type.
template <class T>
concept BoundType = std::is_class_v<T> && !ValueType<T>;

namespace detail {

/// The object behind `value` as the registered type `type`, or null (also when value is null).
std::shared_ptr<void> cast_value(const Registry& registry, const Value& value,
                                 const std::type_info& type);
Cost object_cost(const Registry& registry, const Value& value, const std::type_info& type);
Cost any_cost(const Registry& registry, const Value& value);
std::string class_name_of(const std::type_info& type);

Cost integer_cost(const Value& value, std::int64_t least, std::int64_t most, Cost widening);
std::int64_t integer_from(const Value& value);
Cost double_cost(const Value& value, Cost narrowing);
double double_from(const Value& value);
Cost string_cost(const Value& value);
std::string string_from(const Value& value);

}  // namespace detail

template <>
struct convert<bool> {
  static std::string java_name() { return "boolean"; }
  static Cost cost(const Value& value, const Registry&) {
    return value.get_if<bool>() ? 0 : no_match;
  }
  static bool from_value(const Value& value, const Registry&) { return *value.get_if<bool>(); }
  static Value to_value(bool value) { return value; }
};

/// Every integer type; a number that does not fit does not match.
template <std::integral T>
requires(!std::same_as<T, bool> && !std::same_as<T, char>) struct convert<T> {
  static std::string java_name() {
    if constexpr (sizeof(T) == 1) return "byte";
    if constexpr (sizeof(T) == 2) return "short";
    return sizeof(T) == 4 ? "int" : "long";
  }
  static Cost cost(const Value& value, const Registry&) {
    using Limits = std::numeric_limits<T>;
    constexpr auto most = std::in_range<std::int64_t>(Limits::max())
                              ? static_cast<std::int64_t>(Limits::max())
                              : std::numeric_limits<std::int64_t>::max();
    return detail::integer_cost(value, static_cast<std::int64_t>(Limits::min()), most,
                                sizeof(T) == 4 ? 0 : widening_cost);
  }
  static T from_value(const Value& value, const Registry&) {
    return static_cast<T>(detail::integer_from(value));
  }
  static Value to_value(T value) { return value; }
};

template <std::floating_point T>
struct convert<T> {
  static std::string java_name() { return sizeof(T) == 4 ? "float" : "double"; }
  static Cost cost(const Value& value, const Registry&) {
    return detail::double_cost(value, sizeof(T) == 4 ? widening_cost : 0);
  }
  static T from_value(const Value& value, const Registry&) {
    return static_cast<T>(detail::double_from(value));
  }
  static Value to_value(T value) { return value; }
};

/// A Java char: the first byte of a string that is not empty.
template <>
struct convert<char> {
  static std::string java_name() { return "char"; }
  static Cost cost(const Value& value, const Registry&) {
    const auto* text = value.get_if<std::string>();
    return text && !text->empty() ? widening_cost : no_match;
  }
  static char from_value(const Value& value, const Registry&) {
    return value.get_if<std::string>()->front();
  }
  static Value to_value(char value) { return std::string(1, value); }
};

/// Null is refused; take std::optional<std::string> where Python may pass None.
template <>
struct convert<std::string> {
  static std::string java_name() { return "java.lang.String"; }
  static Cost cost(const Value& value, const Registry&) { return detail::string_cost(value); }
  static std::string from_value(const Value& value, const Registry&) {
    return detail::string_from(value);
  }
  static Value to_value(std::string value) { return Value(std::move(value)); }
};

template <>
struct convert<Bytes> {
  static std::string java_name() { return "byte[]"; }
  static Cost cost(const Value& value, const Registry&) {
    return value.get_if<Bytes>() ? 0 : no_match;
  }
  static Bytes from_value(const Value& value, const Registry&) { return *value.get_if<Bytes>(); }
  static Value to_value(Bytes value) { return Value(std::move(value)); }
};

template <>
struct convert<Decimal> {
  static std::string java_name() { return "java.math.BigDecimal"; }
  static Cost cost(const Value& value, const Registry&) {
    return value.get_if<Decimal>() ? 0 : no_match;
  }
  static Decimal from_value(const Value& value, const Registry&) {
    return *value.get_if<Decimal>();
  }
  static Value to_value(Decimal value) { return Value(std::move(value)); }
};

/// Anything, null included: a parameter of java.lang.Object.
template <>
struct convert<Value> {
  static std::string java_name() { return "java.lang.Object"; }
  static Cost cost(const Value& value, const Registry& registry) {
    return detail::any_cost(registry, value);
  }
  static Value from_value(const Value& value, const Registry&) { return value; }
  static Value to_value(Value value) { return value; }
};

/// A Python object that implements any interface.
template <>
struct convert<Proxy> {
  static std::string java_name() { return "java.lang.reflect.Proxy"; }
  static Cost cost(const Value& value, const Registry&) {
    return value.get_if<Proxy>() ? 0 : no_match;
  }
  static Proxy from_value(const Value& value, const Registry&) { return *value.get_if<Proxy>(); }
  static Value to_value(Proxy value) { return Value(std::move(value)); }
};

/// An object of a registered type or of a type derived from it; null matches and gives null.
template <class T>
requires BoundType<std::remove_const_t<T>>
struct convert<std::shared_ptr<T>> {
  using Plain = std::remove_const_t<T>;
  static std::string java_name() { return detail::class_name_of(typeid(Plain)); }
  static Cost cost(const Value& value, const Registry& registry) {
    return detail::object_cost(registry, value, typeid(Plain));
  }
  static std::shared_ptr<T> from_value(const Value& value, const Registry& registry) {
    return std::static_pointer_cast<Plain>(detail::cast_value(registry, value, typeid(Plain)));
  }
  static Value to_value(std::shared_ptr<T> value) { return Value(std::move(value)); }
};

/// Null becomes an empty optional.
template <ValueType T>
struct convert<std::optional<T>> {
  static std::string java_name() { return convert<T>::java_name(); }
  static Cost cost(const Value& value, const Registry& registry) {
    return value.is_null() ? null_cost - distance_cost : convert<T>::cost(value, registry);
  }
  static std::optional<T> from_value(const Value& value, const Registry& registry) {
    if (value.is_null()) return std::nullopt;
    return convert<T>::from_value(value, registry);
  }
  static Value to_value(std::optional<T> value) {
    return value ? convert<T>::to_value(std::move(*value)) : Value();
  }
};

namespace detail {

/// What a parameter needs while the call runs, and how it is passed on.
template <class Parameter>
struct Argument {
  using T = std::remove_cvref_t<Parameter>;
  static_assert(!std::is_pointer_v<T>,
                "py4cpp: a parameter is a raw pointer; take a reference or a shared_ptr instead");
  static_assert(ValueType<T> || BoundType<T>,
                "py4cpp: an argument type has no py4cpp::convert<T> and is no class to bind");
  static_assert(!ValueType<T> || !std::is_lvalue_reference_v<Parameter> ||
                    std::is_const_v<std::remove_reference_t<Parameter>>,
                "py4cpp: a parameter is a non-const reference to a plain value; take it by value");
  static_assert(!BoundType<T> || !std::is_rvalue_reference_v<Parameter>,
                "py4cpp: a bound object is shared with Python and cannot be moved from");

  using Converter = std::conditional_t<ValueType<T>, convert<T>, convert<std::shared_ptr<T>>>;
  using Holder = std::conditional_t<ValueType<T>, T, std::shared_ptr<T>>;
  static constexpr const std::type_info* bound_type = BoundType<T> ? &typeid(T) : nullptr;

  static std::string java_name() { return Converter::java_name(); }
  static Cost cost(const Value& value, const Registry& registry) {
    if constexpr (BoundType<T>)
      if (value.is_null()) return no_match;  // A reference cannot be null.
    return Converter::cost(value, registry);
  }
  static Holder hold(const Value& value, const Registry& registry) {
    return Converter::from_value(value, registry);
  }
  /// A reference into the holder, so that nothing is moved twice.
  static decltype(auto) pass(Holder& holder) {
    if constexpr (ValueType<T>)
      return static_cast<Parameter&&>(holder);
    else
      return static_cast<T&>(*holder);
  }
};

template <class Pointee>
requires BoundType<std::remove_const_t<Pointee>>
struct Argument<std::shared_ptr<Pointee>> {
  using Holder = std::shared_ptr<Pointee>;
  using Converter = convert<Holder>;
  static constexpr const std::type_info* bound_type = &typeid(std::remove_const_t<Pointee>);
  static std::string java_name() { return Converter::java_name(); }
  static Cost cost(const Value& value, const Registry& registry) {
    return Converter::cost(value, registry);
  }
  static Holder hold(const Value& value, const Registry& registry) {
    return Converter::from_value(value, registry);
  }
  static Holder&& pass(Holder& holder) { return std::move(holder); }
};

template <class Pointee>
requires BoundType<std::remove_const_t<Pointee>>
struct Argument<const std::shared_ptr<Pointee>&> : Argument<std::shared_ptr<Pointee>> {
  static const std::shared_ptr<Pointee>& pass(std::shared_ptr<Pointee>& holder) { return holder; }
};

/// A text parameter that does not own; the text lives until the call returns.
template <>
struct Argument<std::string_view> : Argument<std::string> {
  static std::string_view pass(std::string& holder) { return holder; }
};

/// Turns what a bound function returned into a Value. A class returned by value is moved into a
/// shared object of its own.
template <class R>
Value to_value(R&& result) {
  using T = std::remove_cvref_t<R>;
  if constexpr (std::is_convertible_v<R, std::string_view> && !std::same_as<T, std::string>) {
    return Value(std::string_view(result));
  } else if constexpr (requires { convert<T>::to_value(std::forward<R>(result)); }) {
    return convert<T>::to_value(std::forward<R>(result));
  } else if constexpr (std::is_convertible_v<R, Value>) {
    return Value(std::forward<R>(result));
  } else {
    static_assert(std::is_class_v<T>,
                  "py4cpp: a returned type has no py4cpp::convert<T> and is no class to bind");
    return Value(std::make_shared<T>(std::forward<R>(result)));
  }
}

}  // namespace detail
}  // namespace py4cpp

#include "convert_containers.hpp"  // IWYU pragma: export
