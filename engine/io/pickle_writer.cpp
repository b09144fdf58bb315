// SPDX-License-Identifier: Apache-2.0
//
// The opcodes are those of Python's pickletools; the function and the names of a Row are written
// once and then recalled from the memo.
#include "engine/io/pickle_writer.hpp"

#include <bit>
#include <limits>

#include "engine/io/utf8.hpp"

namespace py4cpp::engine {
namespace {

constexpr std::string_view protocol_2 = "\x80\x02";
constexpr std::string_view row_maker = "cpyspark.sql.types\n_create_row\n";
constexpr std::string_view bytearray_maker = "c__builtin__\nbytearray\n";
constexpr std::string_view latin1_encoder = "c_codecs\nencode\n";

}  // namespace

PickleWriter::PickleWriter(std::vector<std::byte>& out) : out_(out) { raw(protocol_2); }

void PickleWriter::none() { opcode('N'); }

void PickleWriter::boolean(bool value) { opcode(value ? '\x88' : '\x89'); }

void PickleWriter::integer(std::int64_t value) {
  if (value >= 0 && value <= 0xFF) {
    opcode('K');
    little_endian(static_cast<std::uint64_t>(value), 1);
  } else if (value >= std::numeric_limits<std::int32_t>::min() &&
             value <= std::numeric_limits<std::int32_t>::max()) {
    opcode('J');
    little_endian(static_cast<std::uint64_t>(value), 4);
  } else {
    opcode('\x8a');
    little_endian(8, 1);
    little_endian(static_cast<std::uint64_t>(value), 8);
  }
}

void PickleWriter::floating(double value) {
  auto bits = std::bit_cast<std::uint64_t>(value);
  opcode('G');
  for (int shift = 56; shift >= 0; shift -= 8)
    out_.push_back(static_cast<std::byte>(bits >> shift));
}

void PickleWriter::text(std::string_view value) {
  opcode('X');
  std::size_t length_at = out_.size();
  little_endian(0, 4);
  append_utf8(value, out_);
  std::size_t length = out_.size() - length_at - 4;
  for (std::size_t i = 0; i < 4; ++i) {
    out_[length_at + i] = static_cast<std::byte>(length >> (8 * i));
  }
}

void PickleWriter::byte_array(std::span<const std::byte> value) {
  // bytearray(_codecs.encode(<each byte as the character of its number>, 'latin1'))
  raw(bytearray_maker);
  raw(latin1_encoder);
  std::string characters;
  for (std::byte byte : value) {
    auto code = std::to_integer<unsigned>(byte);
    if (code < 0x80) {
      characters += static_cast<char>(code);
    } else {
      characters += static_cast<char>(0xC0 | (code >> 6));
      characters += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  text(characters);
  text("latin1");
  opcode('\x86');
  opcode('R');
  opcode('\x85');
  opcode('R');
}

void PickleWriter::begin_list() {
  opcode(']');
  opcode('(');
}

void PickleWriter::end_list() { opcode('e'); }

void PickleWriter::begin_tuple() { opcode('('); }

void PickleWriter::end_tuple() { opcode('t'); }

void PickleWriter::begin_row(const std::vector<std::string>& names) {
  if (row_maker_ >= 0) {
    recall(row_maker_);
  } else {
    raw(row_maker);
    remember(row_maker_);
  }
  if (row_names_ >= 0 && names == row_names_written_) {
    recall(row_names_);
  } else {
    begin_list();
    for (const std::string& name : names) text(name);
    end_list();
    row_names_written_ = names;
    remember(row_names_);
  }
  begin_tuple();
}

void PickleWriter::end_row() {
  end_tuple();
  opcode('\x86');
  opcode('R');
}

void PickleWriter::finish() { opcode('.'); }

void PickleWriter::opcode(char code) { out_.push_back(static_cast<std::byte>(code)); }

void PickleWriter::raw(std::string_view bytes) {
  for (char c : bytes) opcode(c);
}

void PickleWriter::little_endian(std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) out_.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void PickleWriter::remember(std::int64_t& slot) {
  slot = memo_next_++;
  opcode('r');
  little_endian(static_cast<std::uint64_t>(slot), 4);
}

void PickleWriter::recall(std::int64_t slot) {
  opcode('j');
  little_endian(static_cast<std::uint64_t>(slot), 4);
}

}  // namespace py4cpp::engine
