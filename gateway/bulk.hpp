// SPDX-License-Identifier: Apache-2.0
//
// Bulk data for numpy and pyarrow at the speed of memory, where py4j would send base64 text:
//
//   py4cpp::bind_bulk(registry);
//   type.method("prices", [](const Market& self) {
//     py4cpp::shared_vector<double> prices(self.count());
//     ...
//     return prices;                           // Moved: no element is copied on its way to numpy.
//   });
//   type.method("mean", [](const Market&, std::span<const double> values) { ... });
//
//   prices = py4cpp.bulk.to_numpy(market.prices())                # Python, package py4cpp
//   market.mean(py4cpp.bulk.from_numpy(gateway, prices))
//
// A std::vector of numbers does as well, as a parameter, a result or a field, for one copy more.
// A client on the same machine maps the memory; any other gets it as a stream of bytes.
// docs/bulk.md tells how the two are told apart.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "convert.hpp"
#include "numbers.hpp"
#include "registry.hpp"
#include "shared_memory.hpp"

namespace py4cpp {

/// A block of shared memory with the type and shape of its elements; `py4cpp.SharedBuffer` in
/// Python. Whoever holds it may read and write it; the threads and processes that do so at one time
/// agree among themselves. A client's mapping outlives it.
class SharedBuffer {
 public:
  /// What a buffer holds that is no array of numbers.
  static constexpr std::string_view bytes_format = "|u1", arrow_format = "arrow.stream";

  /// Zeroed memory. An empty shape is that of one dimension. Throws Error when the system has none.
  static std::shared_ptr<SharedBuffer> allocate(std::size_t size,
                                                std::string format = std::string(bytes_format),
                                                std::vector<std::int64_t> shape = {});

  /// Takes the vector without a copy. Throws Error when the shape has another number of elements.
  template <SharedElement T>
  static std::shared_ptr<SharedBuffer> of(shared_vector<T> values,
                                          std::vector<std::int64_t> shape = {}) {
    auto owner = std::make_shared<shared_vector<T>>(std::move(values));
    if (owner->capacity() == 0) owner->reserve(1);  // An empty array has a block as well.
    if (shape.empty()) shape = {static_cast<std::int64_t>(owner->size())};
    auto* const data = reinterpret_cast<std::byte*>(owner->data());
    const std::size_t size = owner->size() * sizeof(T);
    return make(data, size, std::move(owner), format_of<T>(), std::move(shape));
  }

  /// With a copy of a vector, a span or an array. Throws as allocate() does, or when the shape has
  /// another number of elements.
  template <std::ranges::contiguous_range R>
  requires SharedElement<std::ranges::range_value_t<R>>
  static std::shared_ptr<SharedBuffer> copy_of(const R& values,
                                               const std::vector<std::int64_t>& shape = {}) {
    const auto bytes = std::as_bytes(std::span(values));
    auto buffer = allocate(bytes.size(), format_of<std::ranges::range_value_t<R>>(), shape);
    std::ranges::copy(bytes, buffer->bytes().begin());
    return buffer;
  }

  std::span<std::byte> bytes() { return {data_, size_}; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::string& format() const { return format_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }

  /// The elements, all dimensions in a row. Throws Error when they are no T.
  template <SharedElement T>
  std::span<T> values() {
    require_format(format_of<T>());
    return {reinterpret_cast<T*>(data_), size_ / sizeof(T)};
  }
  template <SharedElement T>
  std::span<const T> values() const {
    require_format(format_of<T>());
    return {reinterpret_cast<const T*>(data_), size_ / sizeof(T)};
  }

  /// A part of this buffer, whose memory lives at least as long. `offset` counts bytes. Throws
  /// Error when the part lies outside, or not at the place of an element.
  static std::shared_ptr<SharedBuffer> view(const std::shared_ptr<SharedBuffer>& whole,
                                            std::size_t offset, std::size_t size,
                                            std::string format, std::vector<std::int64_t> shape);

  /// Where the memory is and what it holds, as lines of `key value`, for the Python package. Who
  /// only fills the buffer, and keeps no mapping of it, says so: its memory may serve again then.
  std::string description(bool only_to_fill = false) const;

 private:
  friend class ClientBuffers;  // Makes them out of memory that served before.

  SharedBuffer(std::byte* data, std::size_t size, std::shared_ptr<void> owner, std::string format,
               std::vector<std::int64_t> shape);
  static std::shared_ptr<SharedBuffer> make(std::byte* data, std::size_t size,
                                            std::shared_ptr<void> owner, std::string format,
                                            std::vector<std::int64_t> shape);
  void require_format(const std::string& wanted) const;

  std::byte* const data_;
  const std::byte* block_ = data_;  // Where the shared memory begins that data_ is part of.
  const std::size_t size_;
  const std::shared_ptr<void> owner_;
  const std::string format_;
  const std::vector<std::int64_t> shape_;
};

struct BulkOptions {
  /// All buffers together that a client has asked for and still holds.
  std::size_t client_bytes_max = std::size_t{16} << 30;
  /// And how many; each takes a descriptor of this process.
  std::size_t client_buffers_max = 256;
  /// Memory that a client has filled and let go of, kept for what it sends next: new pages cost
  /// several times what copying into old ones does. Zero keeps none.
  std::size_t idle_bytes_max = std::size_t{256} << 20;
};

/// Binds `py4cpp.SharedBuffer`. Without it functions that return shared memory fail in Python.
void bind_bulk(Registry& registry, BulkOptions options = {});

/// A shared_vector becomes a SharedBuffer; as a parameter it is a copy. Take std::span<const T>
/// instead to read Python's memory in place, or std::span<T> to change it.
template <SharedElement T>
struct convert<shared_vector<T>> {
  static std::string java_name() { return "py4cpp.SharedBuffer"; }
  static PythonType python_type() { return {{}, {}, &typeid(SharedBuffer)}; }
  static Cost cost(const Value& value, const Registry&) {
    const auto buffer = value.object<SharedBuffer>();
    return buffer && buffer->format() == format_of<T>() ? 0 : no_match;
  }
  static shared_vector<T> from_value(const Value& value, const Registry&) {
    const auto buffer = value.object<SharedBuffer>();
    const auto values = std::as_const(*buffer).template values<T>();
    return {values.begin(), values.end()};
  }
  static Value to_value(shared_vector<T> values) { return SharedBuffer::of(std::move(values)); }
};

namespace detail {

template <class T>
requires SharedElement<std::remove_const_t<T>>
inline constexpr bool has_own_argument<std::span<T>> = true;

template <class T>
requires SharedElement<std::remove_const_t<T>>
struct Argument<std::span<T>> : Argument<std::shared_ptr<SharedBuffer>> {
  using Element = std::remove_const_t<T>;
  static std::string java_name() {
    return Argument<std::shared_ptr<SharedBuffer>>::java_name() + " of " + format_of<Element>();
  }
  static PythonType python_type() { return convert<shared_vector<Element>>::python_type(); }
  static Cost cost(const Value& value, const Registry& registry) {
    return convert<shared_vector<Element>>::cost(value, registry);
  }
  static std::span<T> pass(std::shared_ptr<SharedBuffer>& holder) {
    return holder->values<Element>();
  }
};

}  // namespace detail
}  // namespace py4cpp
