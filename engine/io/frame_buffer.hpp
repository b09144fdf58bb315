// SPDX-License-Identifier: Apache-2.0
//
// Length-prefixed frames built one after the other in one growing buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace py4cpp::engine {

/// A source hands its frames out when it has collected this much: large enough to make a write
/// cheap, small enough to keep a worker busy from the start.
inline constexpr std::size_t run_bytes = std::size_t{128} * 1024;

class FrameBuffer {
 public:
  void clear() { bytes_.clear(); }
  bool full() const { return bytes_.size() >= run_bytes; }
  std::size_t size() const { return bytes_.size(); }
  std::span<const std::byte> bytes() const { return bytes_; }

  /// Begins a frame; what is appended to `body()` until `end_frame` is its content.
  void begin_frame();
  std::vector<std::byte>& body() { return bytes_; }
  /// Throws NamedError java.io.IOException when the frame is longer than 2^31-1 bytes.
  void end_frame();

  /// A whole frame of these bytes, as they are or made valid UTF-8.
  void add(std::span<const std::byte> content);
  void add_text(std::string_view text);

 private:
  std::vector<std::byte> bytes_;
  std::size_t frame_ = 0;  // where the open frame's length is
};

}  // namespace py4cpp::engine
