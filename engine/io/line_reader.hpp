// SPDX-License-Identifier: Apache-2.0
//
// The lines of one split, by the rules of Hadoop's line readers: a split owns the lines that begin
// after its start (or at it, at the front of a file) and not after its end, so that the splits of a
// file give each line once, wherever they cut.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/io/byte_input.hpp"
#include "engine/io/input_plan.hpp"

namespace py4cpp::engine {

/// The longest line: what a frame's length can say.
inline constexpr std::uint64_t line_bytes_max = std::numeric_limits<std::int32_t>::max();

class LineReader {
 public:
  /// `separator` empty means `\n`, `\r\n` or `\r`. Throws what open_input throws.
  explicit LineReader(const FileSplit& split, std::string separator = {});

  /// The next line without its end; false when there is none. The text is valid until the next
  /// call. A UTF-8 byte order mark at the front of a file is dropped. Throws what ByteInput::read
  /// throws, and NamedError java.io.IOException for a line over line_bytes_max.
  bool next(std::string_view& line);

 private:
  /// Where a line ends and where the next begins, relative to begin_; or "not in the buffer yet".
  struct LineEnd {
    bool found = false;
    std::size_t end = 0;
    std::size_t next = 0;
  };

  bool take(std::string_view& line);
  LineEnd find_end();
  LineEnd find_separator();
  std::size_t first_at(char c, std::size_t& none_before) const;
  void refill();
  void skip_byte_order_mark();

  std::string path_;
  std::string separator_;
  std::unique_ptr<ByteInput> input_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;   // the first byte not yet given out
  std::size_t filled_ = 0;  // the end of what was read
  // Buffer positions with nothing of the kind between begin_ and them, so that no byte is searched
  // twice whichever line ends a file has.
  std::size_t no_newline_before_ = 0;
  std::size_t no_return_before_ = 0;
  std::size_t no_separator_before_ = 0;
  std::uint64_t position_ = 0;    // of begin_ in the file (decompressed)
  std::uint64_t last_start_ = 0;  // a line that begins after this belongs to the next split
  bool at_end_ = false;
};

}  // namespace py4cpp::engine
