// SPDX-License-Identifier: Apache-2.0
//
// What a converter is (see convert.hpp), and those of plain values and of shared objects.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "python_type.hpp"
#include "value.hpp"

namespace py4cpp {

class Registry;

/// How well a value fits a parameter: 0 is exact, negative is not at all.
using Cost = std::int64_t;
inline constexpr Cost no_match = -1;
inline constexpr Cost widening_cost = 1;          // int to long, double to float
inline constexpr Cost distance_cost = 100;        // for each step up to a base class
inline constexpr Cost omitted_cost = 1'000;       // for each parameter that takes its default
inline constexpr Cost kindness_cost = 1'000'000;  // what Java refuses and we accept
inline constexpr Cost variadic_cost = 3'000'000;  // arguments collected into one vector
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

namespace detail {

template <class T>
constexpr bool is_in_namespace_std() {
  constexpr std::string_view name = __PRETTY_FUNCTION__;
  return name.find("T = std::") != std::string_view::npos;
}

}  // namespace detail

/// A class that crosses by reference, as a registered type.
template <class T>
concept BoundType = std::is_class_v<T> && !ValueType<T> && !detail::is_in_namespace_std<T>();

/// Anything that a container may hold.
template <class T>
concept Crossing = ValueType<T> || BoundType<T>;

/// Anything that a container may be filled with from Python: objects of a bound class are copied.
template <class T>
concept Holdable = ValueType<T> ||(BoundType<T>&& std::is_copy_constructible_v<T>);

namespace detail {

/// The object behind `value` as the registered type `type`, or null (also when value is null).
std::shared_ptr<void> cast_value(const Registry& registry, const Value& value,
                                 const std::type_info& type);
/// An object that is const matches only where it may be.
Cost object_cost(const Registry& registry, const Value& value, const std::type_info& type,
                 bool may_be_const);
Cost any_cost(const Registry& registry, const Value& value);
std::string class_name_of(const std::type_info& type);

Cost integer_cost(const Value& value, std::int64_t least, std::uint64_t most, Cost widening);
/// One that is too large for a signed number comes as the negative one of the same bits.
std::int64_t integer_from(const Value& value);
Cost double_cost(const Value& value, Cost narrowing);
double double_from(const Value& value);
Cost string_cost(const Value& value);
std::string string_from(const Value& value);
char char_from(const Value& value);
/// Bytes of Python, or those of a SharedBuffer.
Cost bytes_cost(const Value& value);
std::span<const std::byte> bytes_in(const Value& value);

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
    return detail::integer_cost(value, static_cast<std::int64_t>(Limits::min()),
                                static_cast<std::uint64_t>(Limits::max()),
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

/// A Java char: the first character of a string that is not empty, which must be ASCII.
template <>
struct convert<char> {
  static std::string java_name() { return "char"; }
  static Cost cost(const Value& value, const Registry&) {
    const auto* text = value.get_if<std::string>();
    return text && !text->empty() ? widening_cost : no_match;
  }
  static char from_value(const Value& value, const Registry&) { return detail::char_from(value); }
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
  static Cost cost(const Value& value, const Registry&) { return detail::bytes_cost(value); }
  static Bytes from_value(const Value& value, const Registry&) {
    const auto bytes = detail::bytes_in(value);
    return {bytes.begin(), bytes.end()};
  }
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

/// An object of a registered type or of a type derived from it; null matches and gives null. One
/// that C++ gave to Python as const is taken as const only.
template <class T>
requires BoundType<std::remove_const_t<T>>
struct convert<std::shared_ptr<T>> {
  using Plain = std::remove_const_t<T>;
  static constexpr const std::type_info* bound_type = &typeid(Plain);
  static std::string java_name() { return detail::class_name_of(typeid(Plain)); }
  static PythonType python_type() { return {{}, {}, bound_type}; }
  static Cost cost(const Value& value, const Registry& registry) {
    return detail::object_cost(registry, value, typeid(Plain), std::is_const_v<T>);
  }
  static std::shared_ptr<T> from_value(const Value& value, const Registry& registry) {
    return std::static_pointer_cast<Plain>(detail::cast_value(registry, value, typeid(Plain)));
  }
  static Value to_value(std::shared_ptr<T> value) { return Value(std::move(value)); }
};

}  // namespace py4cpp
