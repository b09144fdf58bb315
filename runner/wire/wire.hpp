// SPDX-License-Identifier: Apache-2.0
//
// The numbers that stand where a length could stand, and big endian integers. PROTOCOL.md shows
// them in context.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace py4cpp::runner {

inline constexpr std::int32_t end_of_data = -1;
inline constexpr std::int32_t python_exception = -2;
inline constexpr std::int32_t timing_data = -3;
inline constexpr std::int32_t end_of_stream = -4;
inline constexpr std::int32_t null_item = -5;
inline constexpr std::int32_t start_of_arrow_stream = -6;
inline constexpr std::int32_t start_of_init = -8;

/// Bytes of a length or a sentinel.
inline constexpr std::size_t length_bytes = 4;

template <typename Unsigned>
constexpr Unsigned big_endian(Unsigned value) {
  static_assert(std::endian::native == std::endian::little);
  if constexpr (sizeof(Unsigned) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(Unsigned) == 8) return __builtin_bswap64(value);
}

inline std::int32_t read_i32(const std::byte* at) {
  std::uint32_t raw = 0;
  std::memcpy(&raw, at, sizeof raw);
  return static_cast<std::int32_t>(big_endian(raw));
}

inline std::int64_t read_i64(const std::byte* at) {
  std::uint64_t raw = 0;
  std::memcpy(&raw, at, sizeof raw);
  return static_cast<std::int64_t>(big_endian(raw));
}

}  // namespace py4cpp::runner
