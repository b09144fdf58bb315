// SPDX-License-Identifier: Apache-2.0
//
// Cuts a stream of bytes into commands and answers, without I/O.
//
//   read some bytes into reader.space()  ->  reader.filled(count)  ->  reader.next()
//     ->  nothing yet: read more   ->  a Message: handle it, then ask next() again
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/wire/byte_buffer.hpp"
#include "gateway/wire/wire.hpp"

namespace py4cpp::wire {

/// One command, or one answer to a callback (its only line then begins with `!`).
struct Message {
  /// The lines without their ends and without the closing `e`. They are the reader's: valid until
  /// its next space() or next().
  std::span<const std::string_view> lines;

  bool is_answer() const { return lines.front().starts_with(answer_mark); }
  std::string_view name() const { return lines.front(); }
};

/// How many lines a command has.
struct CommandShape {
  std::size_t fixed_lines = 1;  // Including the command's own line.
  bool has_end = false;         // Whether parts and an `e` line follow.
};

class CommandReader {
 public:
  struct Limits {
    std::size_t bytes_max;
    std::size_t lines_max;
  };

  /// Whether a first line names a command that the embedder added; it ends with an `e` line.
  using IsCustom = std::function<bool(std::string_view name)>;

  explicit CommandReader(Limits limits, IsCustom is_custom = {})
      : limits_(limits), is_custom_(std::move(is_custom)) {}

  /// Where to put the next bytes; never empty. Ends the life of the last Message's lines.
  std::span<char> space();
  /// How many bytes were put there.
  void filled(std::size_t count);

  /// The next whole message, nothing when more bytes are needed, or an error after which the stream
  /// cannot be read any further.
  Result<std::optional<Message>> next();

  void set_limits(Limits limits) { limits_ = limits; }
  /// Bytes that arrived and belong to no Message yet; valid as long as a Message's lines.
  std::string_view rest() const { return {buffer_.data() + begin_, end_ - begin_}; }

 private:
  std::string_view line(std::size_t index) const {
    const std::size_t from = index == 0 ? 0 : line_ends_[index - 1] + 1;
    return {buffer_.data() + begin_ + from, line_ends_[index] - from};
  }
  bool is_complete();
  std::optional<Message> take();

  Limits limits_;
  IsCustom is_custom_;
  ByteBuffer buffer_;
  std::size_t begin_ = 0;           // Of the bytes that no Message has used.
  std::size_t end_ = 0;             // Of the bytes that arrived.
  std::size_t small_commands_ = 0;  // In a row, see small_space.
  std::size_t searched_ = 0;  // Up to here the current message was searched; relative to begin_.
  std::vector<std::size_t> line_ends_;   // Of the current message; relative to begin_.
  std::vector<std::string_view> lines_;  // Of the last Message.
  CommandShape shape_;
};

}  // namespace py4cpp::wire
