// SPDX-License-Identifier: Apache-2.0
//
// convert<E> for enumerations, which cross as constants of an enumeration that is registered with
// Registry::enumeration. Where one is wanted Python may also give the constant's name as text.
#pragma once

#include <memory>
#include <type_traits>

#include "arguments.hpp"

namespace py4cpp {

namespace detail {

Cost constant_cost(const Registry& registry, const Value& value, const std::type_info& type);
/// The constant as a pointer to its C++ type.
std::shared_ptr<const void> constant_from(const Registry& registry, const Value& value,
                                          const std::type_info& type);

}  // namespace detail

template <class E>
requires(std::is_enum_v<E> && !std::same_as<E, std::byte>) struct convert<E> {
  static constexpr const std::type_info* bound_type = &typeid(E);
  static std::string java_name() { return detail::class_name_of(typeid(E)); }
  static PythonType python_type() { return {{}, {}, bound_type}; }
  static Cost cost(const Value& value, const Registry& registry) {
    return detail::constant_cost(registry, value, typeid(E));
  }
  static E from_value(const Value& value, const Registry& registry) {
    return *static_cast<const E*>(detail::constant_from(registry, value, typeid(E)).get());
  }
  static Value to_value(E value) { return Value(std::make_shared<E>(value)); }
};

}  // namespace py4cpp
