// SPDX-License-Identifier: Apache-2.0
//
// Many numbers of one type as they lie in memory: what shared memory holds (bulk.hpp), and what a
// List is that C++ made from a vector of numbers. Nobody makes a Value of each unless Python asks.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "value.hpp"

namespace py4cpp {

/// What a shared array may be made of.
template <class T>
concept SharedElement = std::is_arithmetic_v<T> && !std::same_as<T, long double>;

/// How numpy names an element type: "<f8" for double, "|u1" for unsigned char.
template <SharedElement T>
std::string format_of() {
  const char order = sizeof(T) == 1 ? '|' : std::endian::native == std::endian::little ? '<' : '>';
  const char kind = std::same_as<T, bool>         ? 'b'
                    : std::is_floating_point_v<T> ? 'f'
                    : std::is_signed_v<T>         ? 'i'
                                                  : 'u';
  return std::string{order, kind} + std::to_string(sizeof(T));
}

namespace detail {

template <class T, class... Others>
concept NoneOf = (!std::same_as<T, Others> && ...);

/// A number or bool; characters are text for Python.
template <class T>
concept Number = SharedElement<T> && NoneOf<T, char, wchar_t, char8_t, char16_t, char32_t>;

/// Copies share the memory.
class Numbers {
 public:
  /// Of one type with a name that numpy gives it. Nothing when it is no Number's.
  static std::optional<Numbers> of(std::shared_ptr<const void> owner,
                                   std::span<const std::byte> bytes, std::string format);

  /// Takes the vector without a copy.
  template <Number T>
  requires(!std::same_as<T, bool>) explicit Numbers(std::vector<T> values) {
    auto owner = std::make_shared<const std::vector<T>>(std::move(values));
    *this = *of(owner, std::as_bytes(std::span(*owner)), format_of<T>());
  }

  const std::string& format() const { return format_; }
  std::span<const std::byte> bytes() const { return bytes_; }
  std::size_t size() const { return size_; }

  /// What Python gets for one of them.
  Value at(std::size_t index) const { return at_(bytes_.data(), index); }
  std::vector<Value> values() const;
  /// A few of them, none when there are none: where these fit all the others do.
  std::vector<Value> extremes() const;

  /// A copy as another type, each converted as static_cast does.
  template <Number T>
  std::vector<T> to() const;

 private:
  Numbers() = default;

  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
  std::string format_;
  std::size_t size_ = 0;
  Value (*at_)(const std::byte* data, std::size_t index) = nullptr;
};

/// The numbers in a SharedBuffer, or of a List that C++ made and nobody has changed.
std::optional<Numbers> numbers_of(const Value& value);

}  // namespace detail
}  // namespace py4cpp
