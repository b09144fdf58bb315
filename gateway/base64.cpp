// SPDX-License-Identifier: Apache-2.0
#include "gateway/base64.hpp"

#include <array>
#include <cstdint>

namespace py4cpp {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t invalid = 0xff;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(invalid);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr auto values = make_values();

std::uint32_t value_of(char c) { return values[static_cast<unsigned char>(c)]; }

}  // namespace

void append_base64(std::string& out, std::span<const std::byte> bytes) {
  const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  const std::size_t start = out.size();
  out.resize(start + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + start;
  const auto put = [&to](std::uint32_t group, int characters) {
    for (int i = 0; i < 4; ++i)
      *to++ = i < characters ? alphabet[(group >> (18 - 6 * i)) & 63] : '=';
  };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) put(at(i) << 16 | at(i + 1) << 8 | at(i + 2), 4);
  if (bytes.size() - i == 2) put(at(i) << 16 | at(i + 1) << 8, 3);
  if (bytes.size() - i == 1) put(at(i) << 16, 2);
}

std::optional<Bytes> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const std::size_t whole = padding > 0 ? text.size() - 4 : text.size();
  Bytes bytes(text.size() / 4 * 3 - padding);
  std::byte* to = bytes.data();
  std::uint32_t seen = 0;  // Has the high bit of `invalid` when one character was.
  const auto group_at = [&](std::size_t i, std::size_t digits) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint32_t value = k < digits ? value_of(text[i + k]) : 0;
      seen |= value;
      group = group << 6 | value;
    }
    return group;
  };
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t group = group_at(i, 4);
    *to++ = static_cast<std::byte>(group >> 16 & 0xff);
    *to++ = static_cast<std::byte>(group >> 8 & 0xff);
    *to++ = static_cast<std::byte>(group & 0xff);
  }
  if (padding > 0) {
    const std::uint32_t group = group_at(whole, 4 - padding);
    *to++ = static_cast<std::byte>(group >> 16 & 0xff);
    if (padding == 1) *to++ = static_cast<std::byte>(group >> 8 & 0xff);
  }
  if ((seen & 0x80) != 0) return std::nullopt;
  return bytes;
}

}  // namespace py4cpp
