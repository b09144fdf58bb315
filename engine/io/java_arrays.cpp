// SPDX-License-Identifier: Apache-2.0
//
// The grammar is that of the Java Object Serialization Specification, chapter 6. Objects are
// numbered as they appear, from 0x7E0000: the outer class is 0, the outer array 1, the class of
// byte[] 2.
#include "engine/io/java_arrays.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/frames.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

using namespace std::string_view_literals;

// Stream magic and version; a new array of class "[[B" (its serialVersionUID, flags, no fields).
constexpr std::string_view outer_array =
    "\xAC\xED\x00\x05\x75\x72\x00\x03[[B\x4B\xFD\x19\x15\x67\x67\xDB\x37\x02\x00\x00\x78\x70"sv;
constexpr std::string_view first_inner =
    "\x75\x72\x00\x02[B\xAC\xF3\x17\xF8\x06\x08\x54\xE0\x02\x00\x00\x78\x70"sv;
constexpr std::string_view next_inner = "\x75\x71\x00\x7E\x00\x02"sv;

void append(std::string_view text, std::vector<std::byte>& out) {
  auto bytes = reinterpret_cast<const std::byte*>(text.data());
  out.insert(out.end(), bytes, bytes + text.size());
}

void append_length(std::size_t length, std::vector<std::byte>& out) {
  auto bytes = big_endian(static_cast<std::uint32_t>(length));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

/// Takes pieces off the front of a stream.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  /// True, and moves on, when the stream goes on with exactly this.
  bool accept(std::string_view text) {
    if (rest_.size() < text.size()) return false;
    auto front = reinterpret_cast<const char*>(rest_.data());
    if (std::string_view(front, text.size()) != text) return false;
    rest_ = rest_.subspan(text.size());
    return true;
  }

  std::size_t length() { return read_u32(take(sizeof(std::uint32_t)).data()); }

  std::span<const std::byte> take(std::size_t count) {
    if (count > rest_.size()) refuse();
    auto piece = rest_.first(count);
    rest_ = rest_.subspan(count);
    return piece;
  }

  [[noreturn]] static void refuse() {
    throw NamedError(
        "java.io.StreamCorruptedException",
        "a record of the file is no serialized byte[][], which pickle files consist of");
  }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace

void append_java_arrays(std::span<const std::span<const std::byte>> arrays,
                        std::vector<std::byte>& out) {
  append(outer_array, out);
  append_length(arrays.size(), out);
  std::string_view start = first_inner;
  for (std::span<const std::byte> array : arrays) {
    append(start, out);
    append_length(array.size(), out);
    out.insert(out.end(), array.begin(), array.end());
    start = next_inner;
  }
}

std::vector<std::span<const std::byte>> read_java_arrays(std::span<const std::byte> bytes) {
  Reader reader(bytes);
  if (!reader.accept(outer_array)) Reader::refuse();
  std::size_t count = reader.length();
  std::vector<std::span<const std::byte>> arrays;
  arrays.reserve(std::min(count, bytes.size() / next_inner.size()));
  for (std::size_t i = 0; i < count; ++i) {
    if (!reader.accept(i == 0 ? first_inner : next_inner)) Reader::refuse();
    arrays.push_back(reader.take(reader.length()));
  }
  return arrays;
}

}  // namespace py4cpp::engine
