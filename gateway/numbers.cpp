// SPDX-License-Identifier: Apache-2.0
//
// From the name of an element type to the type, once for all that is done with it.
#include "gateway/numbers.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "gateway/bulk.hpp"
#include "gateway/collections.hpp"

namespace py4cpp::detail {

namespace {

/// Memory of a T; a bool may have any bits there that another process wrote.
template <class T>
struct Element {
  using Stored = std::conditional_t<std::same_as<T, bool>, unsigned char, T>;
  static T at(const std::byte* data, std::size_t index) {
    Stored stored{};
    std::memcpy(&stored, data + index * sizeof stored, sizeof stored);
    return static_cast<T>(stored);
  }
};

/// Calls the function with the type of this name; false when there is none.
template <class F>
bool with_type(const std::string& format, F function) {
  const auto run = [&]<class... T>(std::type_identity<T>... types) {
    return ((format == format_of<T>() && (function(types), true)) || ...);
  };
  return run(std::type_identity<double>(), std::type_identity<float>(),
             std::type_identity<std::int64_t>(), std::type_identity<std::int32_t>(),
             std::type_identity<std::int16_t>(), std::type_identity<std::int8_t>(),
             std::type_identity<std::uint64_t>(), std::type_identity<std::uint32_t>(),
             std::type_identity<std::uint16_t>(), std::type_identity<std::uint8_t>(),
             std::type_identity<bool>());
}

}  // namespace

std::optional<Numbers> Numbers::of(std::shared_ptr<const void> owner,
                                   std::span<const std::byte> bytes, std::string format) {
  Numbers numbers;
  const bool is_known = with_type(format, [&]<class T>(std::type_identity<T>) {
    numbers.size_ = bytes.size() / sizeof(T);
    numbers.at_ = [](const std::byte* data, std::size_t index) {
      return Value(Element<T>::at(data, index));
    };
  });
  if (!is_known) return std::nullopt;
  numbers.owner_ = std::move(owner);
  numbers.bytes_ = bytes;
  numbers.format_ = std::move(format);
  return numbers;
}

std::vector<Value> Numbers::values() const {
  std::vector<Value> values;
  values.reserve(size_);
  for (std::size_t i = 0; i < size_; ++i) values.push_back(at(i));
  return values;
}

std::vector<Value> Numbers::extremes() const {
  if (size_ == 0) return {};
  std::vector<Value> extremes{at(0)};
  with_type(format_, [&]<class T>(std::type_identity<T>) {
    if constexpr (std::integral<T>) {  // Others fit or do not, whatever they are.
      T least = Element<T>::at(bytes_.data(), 0), greatest = least;
      for (std::size_t i = 1; i < size_; ++i) {
        const T number = Element<T>::at(bytes_.data(), i);
        least = std::min(least, number);
        greatest = std::max(greatest, number);
      }
      extremes = {Value(least), Value(greatest)};
    }
  });
  return extremes;
}

template <Number T>
std::vector<T> Numbers::to() const {
  std::vector<T> values;
  with_type(format_, [&]<class From>(std::type_identity<From>) {
    if constexpr (std::same_as<From, bool>) {
      for (std::size_t i = 0; i < size_; ++i)
        values.push_back(static_cast<T>(Element<bool>::at(bytes_.data(), i)));
    } else {
      const auto* const first = reinterpret_cast<const From*>(bytes_.data());
      values.assign(first, first + size_);
    }
  });
  return values;
}

template std::vector<bool> Numbers::to() const;
template std::vector<signed char> Numbers::to() const;
template std::vector<unsigned char> Numbers::to() const;
template std::vector<short> Numbers::to() const;
template std::vector<unsigned short> Numbers::to() const;
template std::vector<int> Numbers::to() const;
template std::vector<unsigned int> Numbers::to() const;
template std::vector<long> Numbers::to() const;
template std::vector<unsigned long> Numbers::to() const;
template std::vector<long long> Numbers::to() const;
template std::vector<unsigned long long> Numbers::to() const;
template std::vector<float> Numbers::to() const;
template std::vector<double> Numbers::to() const;

std::optional<Numbers> numbers_of(const Value& value) {
  if (const auto buffer = value.object<SharedBuffer>())
    return Numbers::of(buffer, std::as_const(*buffer).bytes(), buffer->format());
  if (const auto list = value.object<List>()) return list->numbers();
  return std::nullopt;
}

}  // namespace py4cpp::detail
