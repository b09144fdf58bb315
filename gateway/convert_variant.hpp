// SPDX-License-Identifier: Apache-2.0
//
// convert<T> for std::variant: the alternative that fits best, the first of equals. Null matches
// std::monostate and what else takes null.
#pragma once

#include <variant>

#include "convert.hpp"

namespace py4cpp {

template <>
struct convert<std::monostate> {
  static std::string java_name() { return "null"; }
  static PythonType python_type() { return {"None"}; }
  static Cost cost(const Value& value, const Registry&) { return value.is_null() ? 0 : no_match; }
  static std::monostate from_value(const Value&, const Registry&) { return {}; }
  static Value to_value(std::monostate) { return {}; }
};

template <Crossing... T>
struct convert<std::variant<T...>> {
  using Variant = std::variant<T...>;
  static std::string java_name() { return "java.lang.Object"; }
  static PythonType python_type() { return {"union", {detail::python_type_for<T>()...}}; }
  static Cost cost(const Value& value, const Registry& registry) {
    return best(value, registry).second;
  }
  static Variant from_value(const Value& value,
                            const Registry& registry) requires(Holdable<T>&&...) {
    using Make = Variant (*)(const Value&, const Registry&);
    static constexpr Make makers[] = {&make<T>...};
    return makers[best(value, registry).first](value, registry);
  }
  static Value to_value(Variant variant) {
    return std::visit(
        [](auto&& held) { return detail::to_value(std::forward<decltype(held)>(held)); },
        std::move(variant));
  }

 private:
  template <class Alternative>
  static Variant make(const Value& value, const Registry& registry) {
    return Variant(std::in_place_type<Alternative>,
                   detail::element_from<Alternative>(value, registry));
  }
  static std::pair<std::size_t, Cost> best(const Value& value, const Registry& registry) {
    const Cost costs[] = {detail::Argument<T>::cost(value, registry)...};
    std::pair<std::size_t, Cost> found{0, no_match};
    for (std::size_t i = 0; i < sizeof...(T); ++i)
      if (costs[i] >= 0 && (found.second < 0 || costs[i] < found.second)) found = {i, costs[i]};
    return found;
  }
};

}  // namespace py4cpp
