// SPDX-License-Identifier: Apache-2.0
//
// Bytes as text, for comparisons that show where two differ.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runner/byte_source.hpp"

namespace py4cpp::runner::test {

inline std::string hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += digits[std::to_integer<std::size_t>(byte >> 4)];
    text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

}  // namespace py4cpp::runner::test
