// SPDX-License-Identifier: Apache-2.0
//
// convert<T> for standard containers. They cross by copy: an argument is copied out of the
// Java-like container that Python passes, a result becomes a new container (List, Map, Set,
// ObjectArray). Take shared_ptr<List> and so on where Python must see the changes.
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <map>
#include <set>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "arguments.hpp"
#include "collections.hpp"

namespace py4cpp {

/// A vector that shows in Python as a Java array instead of a list. `component` is the Java name of
/// the element type when the element's own converter should not name it.
template <class T>
struct Array {
  std::vector<T> values;
  std::string component{};
};

namespace detail {

/// The elements of a List, an ObjectArray or a Set; nothing when the value is none of these.
std::optional<std::vector<Value>> elements_of(const Registry& registry, const Value& value);
std::optional<std::vector<Map::Entry>> entries_of(const Registry& registry, const Value& value);

/// The numbers' element that fits worst is one of a few. Those of another type cost a little more
/// even when there are none.
template <Number T>
Cost numbers_cost(const Numbers& numbers, const Registry& registry) {
  if (numbers.format() == format_of<T>()) return distance_cost;
  Cost worst = 0;
  for (const Value& element : numbers.extremes()) {
    const Cost cost = convert<T>::cost(element, registry);
    if (cost < 0) return no_match;
    worst = std::max(worst, cost);
  }
  return distance_cost + widening_cost + worst;
}

/// The cost of the element that fits worst. Numbers in shared memory do for a list of them.
template <class T>
Cost elements_cost(const Value& value, const Registry& registry) {
  if constexpr (Number<T>)
    if (const auto numbers = numbers_of(value)) return numbers_cost<T>(*numbers, registry);
  const auto elements = elements_of(registry, value);
  if (!elements) return no_match;
  Cost worst = 0;
  for (const Value& element : *elements) {
    const Cost cost = Argument<T>::cost(element, registry);
    if (cost < 0) return no_match;
    worst = std::max(worst, cost);
  }
  return distance_cost + worst;
}

template <class C, class T>
C collect(const Value& value, const Registry& registry) {
  if constexpr (Number<T>)
    if (const auto numbers = numbers_of(value)) {
      auto all = numbers->template to<T>();
      if constexpr (std::same_as<C, std::vector<T>>)
        return all;
      else
        return C(all.begin(), all.end());
    }
  C result;
  const auto elements = elements_of(registry, value);
  for (const Value& element : *elements)
    result.insert(result.end(), element_from<T>(element, registry));
  return result;
}

template <class T, class A>
std::vector<Value> values_from(std::vector<T, A> elements) {
  std::vector<Value> values;
  values.reserve(elements.size());
  for (auto&& element : elements) values.push_back(to_value(T(std::move(element))));
  return values;
}

/// Whether what a standard container compares its keys with can do so. Where it is a class of the
/// standard library that says yes to all, the key itself is asked.
template <class Compare, class K>
inline constexpr bool compares = std::is_invocable_r_v<bool, const Compare&, const K&, const K&>;
template <class K>
inline constexpr bool compares<std::less<K>, K> = requires(const K& key) {
  key < key;
};
template <class K>
inline constexpr bool compares<std::greater<K>, K> = requires(const K& key) {
  key > key;
};
template <class K>
inline constexpr bool compares<std::equal_to<K>, K> = std::equality_comparable<K>;

/// A map or set that can find its keys.
template <class C>
concept FindsKeys = compares<typename C::key_compare, typename C::key_type> ||(
    compares<typename C::key_equal, typename C::key_type>&&
        std::is_invocable_r_v<std::size_t, const typename C::hasher&, const typename C::key_type&>);

template <class C, class T>
struct ConvertSet {
  static constexpr const std::type_info* bound_type = bound_type_of<T>();
  static PythonType python_type() { return {"set", {python_type_for<T>()}}; }
  static std::string java_name() { return "java.util.Set"; }
  static Cost cost(const Value& value, const Registry& registry) {
    return elements_cost<T>(value, registry);
  }
  static C from_value(const Value& value,
                      const Registry& registry) requires Holdable<T> && FindsKeys<C> {
    return collect<C, T>(value, registry);
  }
  static Value to_value(const C& container) {
    auto set = std::make_shared<Set>();
    for (const auto& element : container) set->add(detail::to_value(T(element)));
    return set;
  }
};

template <class C, class K, class V>
struct ConvertMap {
  static constexpr const std::type_info* bound_type = bound_type_of<V>();
  static PythonType python_type() { return {"map", {python_type_for<K>(), python_type_for<V>()}}; }
  static std::string java_name() { return "java.util.Map"; }
  static Cost cost(const Value& value, const Registry& registry) {
    const auto entries = entries_of(registry, value);
    if (!entries) return no_match;
    for (const auto& [key, mapped] : *entries)
      if (Argument<K>::cost(key, registry) < 0 || Argument<V>::cost(mapped, registry) < 0)
        return no_match;
    return distance_cost;
  }
  static C from_value(const Value& value, const Registry& registry) requires Holdable<K> &&
      Holdable<V> && FindsKeys<C> {
    C result;
    const auto entries = entries_of(registry, value);
    for (const auto& [key, mapped] : *entries)
      result.insert_or_assign(element_from<K>(key, registry), element_from<V>(mapped, registry));
    return result;
  }
  static Value to_value(const C& container) {
    auto map = std::make_shared<Map>();
    for (const auto& [key, mapped] : container)
      map->put(detail::to_value(K(key)), detail::to_value(V(mapped)));
    return map;
  }
};

}  // namespace detail

template <Crossing T, class A>
requires(!std::same_as<T, std::byte>) struct convert<std::vector<T, A>> {
  using Vector = std::vector<T, A>;
  static constexpr const std::type_info* bound_type = detail::bound_type_of<T>();
  static PythonType python_type() { return {"list", {detail::python_type_for<T>()}}; }
  static std::string java_name() { return "java.util.List"; }
  static Cost cost(const Value& value, const Registry& registry) {
    return detail::elements_cost<T>(value, registry);
  }
  static Vector from_value(const Value& value, const Registry& registry) requires Holdable<T> {
    return detail::collect<Vector, T>(value, registry);
  }
  static Value to_value(Vector values) {
    if constexpr (detail::Number<T> && !std::same_as<T, bool> &&
                  std::same_as<Vector, std::vector<T>>)
      return std::make_shared<List>(detail::Numbers(std::move(values)));
    else
      return std::make_shared<List>(detail::values_from(std::move(values)));
  }
};

template <Crossing T>
struct convert<Array<T>> {
  static constexpr const std::type_info* bound_type = detail::bound_type_of<T>();
  static PythonType python_type() { return {"array", {detail::python_type_for<T>()}}; }
  static std::string java_name() { return component(Array<T>{}) + "[]"; }
  static Cost cost(const Value& value, const Registry& registry) {
    return detail::elements_cost<T>(value, registry);
  }
  static Array<T> from_value(const Value& value, const Registry& registry) requires Holdable<T> {
    return {detail::collect<std::vector<T>, T>(value, registry)};
  }
  static Value to_value(Array<T> array) {
    auto name = component(array);
    return std::make_shared<ObjectArray>(std::move(name),
                                         detail::values_from(std::move(array.values)));
  }

 private:
  static std::string component(const Array<T>& array) {
    return array.component.empty() ? detail::Argument<T>::java_name() : array.component;
  }
};

/// As the last parameter: all arguments that are left, or one list or array of them.
template <class T>
struct Varargs {
  std::vector<T> values;

  std::size_t size() const { return values.size(); }
  auto begin() const { return values.begin(); }
  auto end() const { return values.end(); }
};

template <Crossing T>
struct convert<Varargs<T>> {
  static constexpr const std::type_info* bound_type = detail::bound_type_of<T>();
  static std::string java_name() { return detail::Argument<T>::java_name() + "..."; }
  static PythonType python_type() { return {"list", {detail::python_type_for<T>()}}; }
  static Cost cost(const Value& value, const Registry& registry) {
    return detail::elements_cost<T>(value, registry);
  }
  static Varargs<T> from_value(const Value& value, const Registry& registry) requires Holdable<T> {
    return {detail::collect<std::vector<T>, T>(value, registry)};
  }
};

template <Crossing K, Crossing V, class... More>
struct convert<std::map<K, V, More...>> : detail::ConvertMap<std::map<K, V, More...>, K, V> {};
template <Crossing K, Crossing V, class... More>
struct convert<std::unordered_map<K, V, More...>>
    : detail::ConvertMap<std::unordered_map<K, V, More...>, K, V> {};
template <Crossing T, class... More>
struct convert<std::set<T, More...>> : detail::ConvertSet<std::set<T, More...>, T> {};
template <Crossing T, class... More>
struct convert<std::unordered_set<T, More...>>
    : detail::ConvertSet<std::unordered_set<T, More...>, T> {};

}  // namespace py4cpp
