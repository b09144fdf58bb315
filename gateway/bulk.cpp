// SPDX-License-Identifier: Apache-2.0
#include "gateway/bulk.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <iterator>
#include <new>

#include "gateway/named_error.hpp"
#include "gateway/stream.hpp"
#include "gateway/types/client_buffers.hpp"

namespace py4cpp {

namespace {

/// Two machines, or two boots of one, never have the same.
std::string boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

/// When this process started, in the kernel's ticks: no two processes share a pid and this.
std::string start_time() {
  constexpr int fields_before = 19;  // After the program's name, which may hold anything.
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::string_view rest = text;
  rest.remove_prefix(std::min(rest.rfind(')') + 2, rest.size()));
  for (int i = 0; i < fields_before; ++i)
    rest.remove_prefix(std::min(rest.find(' '), rest.size() - 1) + 1);
  return std::string(rest.substr(0, rest.find(' ')));
}

std::string hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string joined(std::span<const std::int64_t> numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

/// "3,4"; throws Error when a number cannot be read or is negative.
std::vector<std::int64_t> shape_from(std::string_view text) {
  std::vector<std::int64_t> shape;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(','));
    std::int64_t number = -1;
    const auto end = part.data() + part.size();
    const auto parsed = std::from_chars(part.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end || number < 0)
      throw Error("a shape is a list of sizes with commas between them, not " + std::string(text));
    shape.push_back(number);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return shape;
}

std::size_t size_from(std::int64_t size) {
  if (size < 0) throw Error("a buffer cannot have " + std::to_string(size) + " bytes");
  return static_cast<std::size_t>(size);
}

void write(SharedBuffer& buffer, std::int64_t offset, const Bytes& bytes) {
  const auto space = buffer.bytes();
  const bool fits = offset >= 0 && static_cast<std::uint64_t>(offset) <= space.size() &&
                    bytes.size() <= space.size() - static_cast<std::size_t>(offset);
  if (!fits)
    throw Error(std::to_string(bytes.size()) + " bytes at " + std::to_string(offset) +
                " do not fit into a buffer of " + std::to_string(space.size()));
  std::copy(bytes.begin(), bytes.end(), space.begin() + offset);
}

/// The last two characters of a format and beyond are the bytes of one element.
std::size_t item_bytes_of(const std::string& format) {
  if (format == SharedBuffer::arrow_format) return 1;
  std::size_t bytes = 0;
  const auto digits = std::string_view(format).substr(std::min<std::size_t>(2, format.size()));
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || bytes == 0)
    throw Error("numpy has no element type called " + format);
  return bytes;
}

template <class... T>
bool are_all(const std::vector<Value>& values) {
  return std::ranges::all_of(values, [](const Value& value) { return (value.get_if<T>() || ...); });
}

bool are_all_positive(const std::vector<Value>& integers) {
  return std::ranges::all_of(integers, [](const Value& value) {
    return value.get_if<std::uint64_t>() || detail::integer_from(value) >= 0;
  });
}

using MakeBuffer =
    std::function<std::shared_ptr<SharedBuffer>(std::size_t size, std::string format)>;

template <class T>
std::shared_ptr<SharedBuffer> filled(const MakeBuffer& make, const std::vector<Value>& values) {
  auto buffer = make(values.size() * sizeof(T), format_of<T>());
  std::ranges::transform(values, buffer->template values<T>().begin(), [](const Value& value) {
    if constexpr (std::same_as<T, bool>)
      return *value.get_if<bool>();
    else if constexpr (std::same_as<T, double>)
      return detail::double_from(value);
    else
      return static_cast<T>(detail::integer_from(value));
  });
  return buffer;
}

/// The elements of a List or an array, of the type that holds them all. No elements are doubles, as
/// for numpy.
std::shared_ptr<SharedBuffer> copy_of(const Registry& registry, const Value& collection,
                                      const MakeBuffer& make) {
  if (const auto numbers = detail::numbers_of(collection)) {
    auto buffer = make(numbers->bytes().size(), numbers->format());
    std::ranges::copy(numbers->bytes(), buffer->bytes().begin());
    return buffer;
  }
  const auto values = detail::elements_of(registry, collection);
  if (values && values->empty()) return filled<double>(make, *values);
  if (values && are_all<bool>(*values)) return filled<bool>(make, *values);
  if (values && are_all<std::int32_t>(*values)) return filled<std::int32_t>(make, *values);
  if (values && are_all<std::int32_t, std::int64_t>(*values))
    return filled<std::int64_t>(make, *values);
  if (values && are_all<std::int32_t, std::int64_t, std::uint64_t>(*values) &&
      are_all_positive(*values))
    return filled<std::uint64_t>(make, *values);
  if (values && are_all<std::int32_t, std::int64_t, std::uint64_t, double>(*values))
    return filled<double>(make, *values);
  throw NamedError("java.lang.IllegalArgumentException",
                   "only a list or an array of numbers alone, or of bools alone, can become an "
                   "array of numpy");
}

}  // namespace

SharedBuffer::SharedBuffer(std::byte* data, std::size_t size, std::shared_ptr<void> owner,
                           std::string format, std::vector<std::int64_t> shape)
    : data_(data),
      size_(size),
      owner_(std::move(owner)),
      format_(std::move(format)),
      shape_(std::move(shape)) {}

std::shared_ptr<SharedBuffer> SharedBuffer::make(std::byte* data, std::size_t size,
                                                 std::shared_ptr<void> owner, std::string format,
                                                 std::vector<std::int64_t> shape) {
  const std::size_t item_bytes = item_bytes_of(format);
  if (shape.empty()) shape = {static_cast<std::int64_t>(size / item_bytes)};
  std::size_t count = 1;
  for (const auto length : shape)
    if (__builtin_mul_overflow(count, static_cast<std::size_t>(length), &count))
      throw Error("a shape of (" + joined(shape) + ") is too large");
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, item_bytes, &bytes) || bytes != size)
    throw Error("a buffer of " + std::to_string(size) + " bytes cannot hold the shape (" +
                joined(shape) + ") of " + format);
  return std::shared_ptr<SharedBuffer>(
      new SharedBuffer(data, size, std::move(owner), std::move(format), std::move(shape)));
}

std::shared_ptr<SharedBuffer> SharedBuffer::allocate(std::size_t size, std::string format,
                                                     std::vector<std::int64_t> shape) {
  try {
    std::shared_ptr<void> owner(detail::allocate_shared(size), &detail::free_shared);
    auto* const data = static_cast<std::byte*>(owner.get());
    return make(data, size, std::move(owner), std::move(format), std::move(shape));
  } catch (const std::bad_alloc&) {
    throw Error("the system has no room for a shared buffer of " + std::to_string(size) + " bytes");
  }
}

std::shared_ptr<SharedBuffer> SharedBuffer::view(const std::shared_ptr<SharedBuffer>& whole,
                                                 std::size_t offset, std::size_t size,
                                                 std::string format,
                                                 std::vector<std::int64_t> shape) {
  if (offset > whole->size_ || size > whole->size_ - offset || offset % item_bytes_of(format) != 0)
    throw Error(std::to_string(size) + " bytes of " + format + " at " + std::to_string(offset) +
                " are no part of a buffer of " + std::to_string(whole->size_));
  // The memory's owner, not the whole: a view of a view of a view is no chain.
  auto part = make(whole->data_ + offset, size, whole->owner_, std::move(format), std::move(shape));
  part->block_ = whole->block_;
  return part;
}

void SharedBuffer::require_format(const std::string& wanted) const {
  if (format_ != wanted)
    throw Error("the shared buffer holds elements of type " + format_ + ", not " + wanted);
}

std::string SharedBuffer::description(bool only_to_fill) const {
  if (!only_to_fill) detail::mark_exposed(block_);
  const auto& block = detail::shared_block(block_);
  return "boot " + boot_id() + "\npid " + std::to_string(::getpid()) + "\nstart " + start_time() +
         "\nfd " + std::to_string(block.fd) + "\nnonce " + hex(block.nonce) + "\nnonce_offset " +
         std::to_string(block.nonce_offset) + "\noffset " + std::to_string(data_ - block_) +
         "\nsize " + std::to_string(size_) + "\nformat " + format_ + "\nshape " + joined(shape_);
}

void bind_bulk(Registry& registry, BulkOptions options) {
  const auto buffers = std::make_shared<ClientBuffers>(options);
  registry.type<SharedBuffer>("py4cpp.SharedBuffer")
      .constructor(
          [buffers](std::int64_t size, const std::string& format, const std::string& shape) {
            return ClientBuffers::make(buffers, size_from(size), format, shape_from(shape), false);
          })
      .static_method(
          "to_fill",
          [buffers](std::int64_t size, const std::string& format, const std::string& shape) {
            return ClientBuffers::make(buffers, size_from(size), format, shape_from(shape), true);
          })
      .static_method("copy_of",
                     [buffers](CallContext& context, const Value& collection) {
                       return copy_of(context.registry(), collection,
                                      [&](std::size_t size, std::string format) {
                                        return ClientBuffers::make(buffers, size, std::move(format),
                                                                   {}, true);
                                      });
                     })
      .method("size", [](const SharedBuffer& self) { return self.bytes().size(); })
      .method("format", &SharedBuffer::format)
      .method("describe", [](const SharedBuffer& self) { return self.description(); })
      .method("describe_to_fill", [](const SharedBuffer& self) { return self.description(true); })
      .method("view",
              [](const std::shared_ptr<SharedBuffer>& self, std::int64_t offset, std::int64_t size,
                 const std::string& format, const std::string& shape) {
                return SharedBuffer::view(self, size_from(offset), size_from(size), format,
                                          shape_from(shape));
              })
      .method("write", &write)
      .method("bytes", [](const std::shared_ptr<SharedBuffer>& self) {
        return Stream::of(self->bytes(), self);
      });
}

}  // namespace py4cpp
