// SPDX-License-Identifier: Apache-2.0
//
// A scan for the first malformed byte, with eight ASCII bytes a step, and a slow path behind it.
#include "engine/io/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace py4cpp::engine {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

unsigned byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
}

bool continues(unsigned byte) { return (byte & 0xC0) == 0x80; }

/// One character or malformed sequence at the front of a text.
struct Sequence {
  std::size_t length;
  bool valid;
};

Sequence three_bytes(std::string_view text, unsigned first) {
  unsigned second = byte_at(text, 1);
  if (!continues(second) || (first == 0xE0 && second < 0xA0)) return {1, false};
  if (!continues(byte_at(text, 2))) return {2, false};
  return {3, first != 0xED || second < 0xA0};
}

Sequence four_bytes(std::string_view text, unsigned first) {
  unsigned second = byte_at(text, 1);
  bool out_of_range = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  if (!continues(second) || out_of_range) return {1, false};
  if (!continues(byte_at(text, 2))) return {2, false};
  if (!continues(byte_at(text, 3))) return {3, false};
  return {4, true};
}

Sequence sequence_at(std::string_view text) {
  unsigned first = byte_at(text, 0);
  if (first < 0x80) return {1, true};
  if (first >= 0xC2 && first < 0xE0) {
    return continues(byte_at(text, 1)) ? Sequence{2, true} : Sequence{1, false};
  }
  if ((first & 0xF0) == 0xE0) return three_bytes(text, first);
  if (first >= 0xF0 && first <= 0xF4) return four_bytes(text, first);
  return {1, false};
}

/// How much of the text, from its front, is valid.
std::size_t valid_length(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    std::uint64_t eight = 0;
    while (i + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + i, sizeof eight);
      if ((eight & 0x8080808080808080ULL) != 0) break;
      i += sizeof eight;
    }
    if (i == text.size()) break;
    Sequence sequence = sequence_at(text.substr(i));
    if (!sequence.valid) break;
    i += sequence.length;
  }
  return i;
}

void append(std::string_view text, std::vector<std::byte>& out) {
  auto bytes = reinterpret_cast<const std::byte*>(text.data());
  out.insert(out.end(), bytes, bytes + text.size());
}

}  // namespace

void append_utf8(std::string_view text, std::vector<std::byte>& out) {
  for (;;) {
    std::size_t valid = valid_length(text);
    append(text.substr(0, valid), out);
    if (valid == text.size()) return;
    text.remove_prefix(valid);
    append(replacement, out);
    text.remove_prefix(sequence_at(text).length);
  }
}

}  // namespace py4cpp::engine
