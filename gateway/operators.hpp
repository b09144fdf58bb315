// SPDX-License-Identifier: Apache-2.0
//
// Type<T>::operators(): Java's equals, hashCode, compareTo and toString, which Python's ==, hash()
// and str() call, from the operators that a C++ class has.
#pragma once

#include <concepts>
#include <functional>
#include <iosfwd>
#include <string>

#include "convert.hpp"

namespace py4cpp {

template <class T>
class Type;

namespace detail {

template <class T>
concept Hashable = requires(const T& object) {
  { std::hash<T>()(object) } -> std::convertible_to<std::size_t>;
};
template <class T>
concept LessComparable = requires(const T& a, const T& b) {
  { a < b } -> std::convertible_to<bool>;
};
template <class T>
concept Streamable = requires(std::ostream& out, const T& object) {
  out << object;
};

template <class T>
inline constexpr bool has_operators =
    std::equality_comparable<T> || LessComparable<T> || Streamable<T>;

std::string streamed(void (*write)(std::ostream& out, const void* object), const void* object);
/// Java's hash codes have 32 bits, and Python's hash() insists on it.
std::int32_t folded_hash(std::size_t hash);
[[noreturn]] void refuse_hash(const std::type_info& type);

template <class T>
void bind_operators(const Type<T>& type) {
  if constexpr (std::equality_comparable<T>) {
    type.method("equals",
                [](const T& self, std::shared_ptr<T> other) { return other && self == *other; });
    type.method("equals", [](const T&, const Value&) { return false; });
    type.method("hashCode", [](const T& self) -> std::int32_t {
      if constexpr (Hashable<T>)
        return folded_hash(std::hash<T>()(self));
      else
        refuse_hash(typeid(self));
    });
  }
  if constexpr (LessComparable<T>)
    type.method("compareTo", [](const T& self, const T& other) -> std::int32_t {
      return self < other ? -1 : other < self ? 1 : 0;
    });
  if constexpr (Streamable<T>)
    type.method("toString", [](const T& self) {
      return streamed(
          [](std::ostream& out, const void* object) { out << *static_cast<const T*>(object); },
          &self);
    });
}

}  // namespace detail
}  // namespace py4cpp
