// SPDX-License-Identifier: Apache-2.0
//
// Encoding and decoding go group by group. Long texts are decoded 32 characters at a time where the
// processor has AVX2, which is asked at run time: a megabyte then costs a tenth of a millisecond.
#include "gateway/wire/base64.hpp"

#include <array>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

#if defined(__x86_64__)

constexpr std::size_t block_characters = 32;
constexpr std::size_t block_bytes = 24;
constexpr std::size_t stored_bytes = 32;  // What one block writes, its last 8 bytes being noise.

[[gnu::target("avx2")]] inline __m256i all(int c) { return _mm256_set1_epi8(static_cast<char>(c)); }

/// Bytes above 127 are negative here, and so below every range.
[[gnu::target("avx2")]] inline __m256i within(__m256i c, char first, char last) {
  return _mm256_and_si256(_mm256_cmpgt_epi8(c, all(first - 1)),
                          _mm256_cmpgt_epi8(all(last + 1), c));
}

/// The values of 32 characters; false when one of them is none of the alphabet.
[[gnu::target("avx2")]] inline bool read_values(const char* text, __m256i& read) {
  const __m256i c = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
  const __m256i upper = within(c, 'A', 'Z'), lower = within(c, 'a', 'z');
  const __m256i digit = within(c, '0', '9');
  const __m256i plus = _mm256_cmpeq_epi8(c, all('+')), slash = _mm256_cmpeq_epi8(c, all('/'));
  const __m256i shift_letters =
      _mm256_or_si256(_mm256_and_si256(upper, all(-'A')), _mm256_and_si256(lower, all(26 - 'a')));
  const __m256i shift_signs = _mm256_or_si256(_mm256_and_si256(plus, all(62 - '+')),
                                              _mm256_and_si256(slash, all(63 - '/')));
  const __m256i shift = _mm256_or_si256(_mm256_or_si256(shift_letters, shift_signs),
                                        _mm256_and_si256(digit, all(52 - '0')));
  read = _mm256_add_epi8(c, shift);
  const __m256i letters_and_digits = _mm256_or_si256(_mm256_or_si256(upper, lower), digit);
  const __m256i known = _mm256_or_si256(letters_and_digits, _mm256_or_si256(plus, slash));
  return _mm256_movemask_epi8(known) == -1;
}

/// Decodes whole blocks from the front of `text` and returns how many characters that were. Stops
/// before a block with a character that is none of the alphabet, and where less than
/// `stored_bytes` are left of the room for the result.
[[gnu::target("avx2")]] std::size_t decode_blocks(std::string_view text, std::byte* to,
                                                  std::size_t room) {
  const __m256i order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2,
                                         1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  const __m256i three_of_four = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
  std::size_t done = 0, written = 0;
  while (text.size() - done >= block_characters && room - written >= stored_bytes) {
    __m256i read;
    if (!read_values(text.data() + done, read)) break;
    // Of a, b, c, d with 6 bits each: a * 64 + b and c * 64 + d, then the first * 4096 + the
    // second.
    const __m256i pairs = _mm256_maddubs_epi16(read, _mm256_set1_epi16(0x0140));
    const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    const __m256i bytes = _mm256_shuffle_epi8(groups, order);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + written),
                        _mm256_permutevar8x32_epi32(bytes, three_of_four));
    done += block_characters;
    written += block_bytes;
  }
  return done;
}

std::size_t decode_fast(std::string_view text, std::byte* to, std::size_t room) {
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  return has_avx2 ? decode_blocks(text, to, room) : 0;
}

#else

std::size_t decode_fast(std::string_view, std::byte*, std::size_t) { return 0; }

#endif

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
  const std::size_t fast = decode_fast(text.substr(0, whole), to, bytes.size());
  to += fast / 4 * 3;
  for (std::size_t i = fast; i < whole; i += 4) {
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
