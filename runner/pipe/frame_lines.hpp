// SPDX-License-Identifier: Apache-2.0
//
// Frames to lines and back, without I/O.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "runner/byte_source.hpp"

namespace py4cpp::runner {

/// Turns each frame into a line; a null becomes the word "null".
class FramesToLines {
 public:
  /// Appends the lines of a run of whole frames. Throws Error when it is none.
  void convert(std::span<const std::byte> frames, Bytes& lines) const;
};

/// Cuts a stream of frames, in pieces of any size, into runs of whole frames.
class FrameCutter {
 public:
  explicit FrameCutter(std::size_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

  /// Throws Error when a frame is over the bound or has a length that cannot be.
  void feed(std::string_view bytes);
  /// The stream ended. Throws Error when it did so within a frame.
  void finish() const;
  /// The whole frames so far; valid until the next call of anything.
  std::span<const std::byte> take();

 private:
  std::size_t frame_bytes_max_;
  Bytes bytes_;            // whole frames, then the beginning of one
  std::size_t whole_ = 0;  // bytes of whole frames
  std::size_t taken_ = 0;  // bytes that the last take handed out
};

/// Turns each line of a stream of text into a frame. A line ends with \n, \r\n or \r.
class LinesToFrames {
 public:
  explicit LinesToFrames(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  /// Throws Error when a line is over the bound.
  void feed(std::string_view text);
  /// The stream ended: what is left is a line as well.
  void finish();
  /// The whole frames so far; valid until the next call of anything.
  std::span<const std::byte> take();

 private:
  void end_line();

  std::size_t line_bytes_max_;
  Bytes frames_;               // whole frames, then the one that is being filled
  std::size_t open_at_ = 0;    // where the open frame begins, its length included
  bool open_ = false;          // there is an open frame
  bool after_return_ = false;  // the last byte was \r: a \n belongs to it
  std::size_t taken_ = 0;      // bytes that the last take handed out
};

}  // namespace py4cpp::runner
