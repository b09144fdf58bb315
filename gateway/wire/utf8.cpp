// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace py4cpp::wire {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// How many of the text's first bytes are ASCII, rounded down to a multiple of eight.
std::size_t ascii_blocks(std::string_view text) {
  std::size_t count = 0;
  for (std::uint64_t block = 0; text.size() - count >= sizeof block; count += sizeof block) {
    std::memcpy(&block, text.data() + count, sizeof block);
    if ((block & 0x8080808080808080U) != 0) break;
  }
  return count;
}

/// The size of the character that the text begins with; 0 when it is not well-formed. The second
/// byte has a smaller range where another spelling is shorter, and around surrogates and the end.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < size) return 0;
  const int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < least || byte(1) > most) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  return size;
}

}  // namespace

std::size_t find_non_utf8(std::string_view text) {
  std::size_t position = ascii_blocks(text);
  while (position < text.size()) {
    const std::size_t size = character_size(text.substr(position));
    if (size == 0) return position;
    position += size;
    if (size == 1) position += ascii_blocks(text.substr(position));
  }
  return std::string_view::npos;
}

std::string made_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t bad = find_non_utf8(text);
    out += text.substr(0, bad);
    if (bad == std::string_view::npos) return out;
    out += replacement;
    text.remove_prefix(bad + 1);
  }
}

}  // namespace py4cpp::wire
