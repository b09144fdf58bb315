// SPDX-License-Identifier: Apache-2.0
//
// Appends fields as a worker reads them: big endian integers, and texts after their length.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "runner/byte_source.hpp"
#include "runner/wire/wire.hpp"

namespace py4cpp::runner {

class BytesWriter {
 public:
  /// Appends to `out`, which outlives the writer.
  explicit BytesWriter(Bytes& out) : out_(out) {}

  void boolean(bool value) { out_.push_back(value ? std::byte{1} : std::byte{0}); }
  void i32(std::int32_t value) { integer(static_cast<std::uint32_t>(value)); }
  void i64(std::int64_t value) { integer(static_cast<std::uint64_t>(value)); }
  void count(std::size_t value) { i32(static_cast<std::int32_t>(value)); }

  void text(std::string_view value) { bytes(std::as_bytes(std::span(value))); }

  void bytes(std::span<const std::byte> value) {
    count(value.size());
    raw(value);
  }

  void raw(std::span<const std::byte> value) {
    if (value.empty()) return;
    const std::size_t at = out_.size();
    out_.resize(at + value.size());
    std::memcpy(out_.data() + at, value.data(), value.size());
  }

  void pairs(const std::map<std::string, std::string>& values) {
    count(values.size());
    for (const auto& [key, value] : values) {
      text(key);
      text(value);
    }
  }

  /// Reserves room for a length that is known only later, and returns where it is.
  std::size_t begin_length() {
    i32(0);
    return out_.size();
  }

  /// Fills in the length of everything that came after `begin_length`.
  void end_length(std::size_t begin) {
    const std::uint32_t raw = big_endian(static_cast<std::uint32_t>(out_.size() - begin));
    std::memcpy(out_.data() + begin - length_bytes, &raw, sizeof raw);
  }

 private:
  template <typename Unsigned>
  void integer(Unsigned value) {
    const Unsigned swapped = big_endian(value);
    raw(std::as_bytes(std::span(&swapped, 1)));
  }

  Bytes& out_;
};

}  // namespace py4cpp::runner
