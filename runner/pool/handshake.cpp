// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/handshake.hpp"

#include <array>

#include "base/error.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {

std::int32_t receive_i32(const Fd& socket, const Patience& patience) {
  std::array<std::byte, length_bytes> bytes{};
  if (!read_exact(socket, bytes, patience)) throw Disconnected("the Python worker hung up");
  return read_i32(bytes.data());
}

std::string receive_text(const Fd& socket, const Patience& patience) {
  const std::int32_t length = receive_i32(socket, patience);
  if (length < 0 || length > handshake_text_bytes_max) {
    throw Disconnected("a text of the handshake has the length " + std::to_string(length));
  }
  std::string text(static_cast<std::size_t>(length), '\0');
  if (length > 0 && !read_exact(socket, std::as_writable_bytes(std::span(text)), patience)) {
    throw Disconnected("the Python worker hung up");
  }
  return text;
}

void send_text(const Fd& socket, std::string_view text, Deadline deadline) {
  Bytes bytes;
  BytesWriter(bytes).text(text);
  write_all(socket, bytes, deadline);
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "'";
  for (const char character : text) {
    if (character >= ' ' && character <= '~') {
      out += character;
      continue;
    }
    const unsigned value = static_cast<unsigned char>(character);
    out += "\\x";
    out += digits[value >> 4];
    out += digits[value & 15];
  }
  return out + "'";
}

}  // namespace py4cpp::runner
