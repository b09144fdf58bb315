// SPDX-License-Identifier: Apache-2.0
//
// convert<T> for std::pair, std::tuple and std::array: lists of a fixed length in Python. A list of
// another length does not match.
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "convert.hpp"

namespace py4cpp {

namespace detail {

template <class C, class Indices, class... T>
struct ConvertTuple;
template <class C, std::size_t... I, class... T>
struct ConvertTuple<C, std::index_sequence<I...>, T...> {
  static std::string java_name() { return "java.util.List"; }
  static PythonType python_type() { return {"tuple", {python_type_for<T>()...}}; }
  static Cost cost(const Value& value, const Registry& registry) {
    const auto elements = elements_of(registry, value);
    if (!elements || elements->size() != sizeof...(T)) return no_match;
    const Cost costs[] = {0, Argument<T>::cost((*elements)[I], registry)...};
    if (*std::min_element(std::begin(costs), std::end(costs)) < 0) return no_match;
    return distance_cost + *std::max_element(std::begin(costs), std::end(costs));
  }
  static C from_value(const Value& value, const Registry& registry) requires(Holdable<T>&&...) {
    const auto elements = elements_of(registry, value);
    return C{element_from<T>((*elements)[I], registry)...};
  }
  static Value to_value(C tuple) {
    return std::make_shared<List>(
        std::vector<Value>{detail::to_value(std::get<I>(std::move(tuple)))...});
  }
};

}  // namespace detail

template <Crossing A, Crossing B>
struct convert<std::pair<A, B>>
    : detail::ConvertTuple<std::pair<A, B>, std::index_sequence<0, 1>, A, B> {};

template <Crossing... T>
struct convert<std::tuple<T...>>
    : detail::ConvertTuple<std::tuple<T...>, std::index_sequence_for<T...>, T...> {};

template <Crossing T, std::size_t N>
struct convert<std::array<T, N>> {
  static constexpr const std::type_info* bound_type = detail::bound_type_of<T>();
  static std::string java_name() { return "java.util.List"; }
  static PythonType python_type() { return {"list", {detail::python_type_for<T>()}}; }
  static Cost cost(const Value& value, const Registry& registry) {
    const auto elements = detail::elements_of(registry, value);
    return elements && elements->size() == N ? detail::elements_cost<T>(value, registry) : no_match;
  }
  static std::array<T, N> from_value(const Value& value,
                                     const Registry& registry) requires Holdable<T> {
    const auto elements = detail::elements_of(registry, value);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<T, N>{detail::element_from<T>((*elements)[I], registry)...};
    }
    (std::make_index_sequence<N>());
  }
  static Value to_value(std::array<T, N> array) {
    std::vector<Value> values;
    values.reserve(N);
    for (T& element : array) values.push_back(detail::to_value(std::move(element)));
    return std::make_shared<List>(std::move(values));
  }
};

}  // namespace py4cpp
