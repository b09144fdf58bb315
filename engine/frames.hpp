// SPDX-License-Identifier: Apache-2.0
//
// Where frames begin and end: a frame is a big endian 32-bit length and that many bytes, or the
// length -5 alone, which means null.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::engine {

inline constexpr std::size_t frame_header_bytes = 4;
inline constexpr std::int32_t null_frame_length = -5;

/// Big endian numbers, as they travel.
inline std::uint32_t read_u32(const std::byte* at) {
  return std::to_integer<std::uint32_t>(at[0]) << 24 | std::to_integer<std::uint32_t>(at[1]) << 16 |
         std::to_integer<std::uint32_t>(at[2]) << 8 | std::to_integer<std::uint32_t>(at[3]);
}
inline std::uint64_t read_u64(const std::byte* at) {
  return std::uint64_t{read_u32(at)} << 32 | read_u32(at + 4);
}
inline std::array<std::byte, 4> big_endian(std::uint32_t value) {
  return {std::byte(value >> 24), std::byte(value >> 16), std::byte(value >> 8), std::byte(value)};
}

/// The size of the frame that starts with these four bytes, header included. Throws Error for a
/// length that no frame has.
inline std::size_t frame_bytes(const std::byte* header) {
  const auto length = static_cast<std::int32_t>(read_u32(header));
  if (length == null_frame_length) return frame_header_bytes;
  if (length < 0) throw Error("the data holds a frame of length " + std::to_string(length));
  return frame_header_bytes + static_cast<std::size_t>(length);
}

/// A frame without its header.
inline std::span<const std::byte> frame_payload(std::span<const std::byte> frame) {
  return frame.subspan(frame_header_bytes);
}

/// Takes the first frame, header included, off a run. Throws Error when the run ends inside it.
inline std::span<const std::byte> take_frame(std::span<const std::byte>& run) {
  const std::size_t bytes =
      run.size() < frame_header_bytes ? run.size() + 1 : frame_bytes(run.data());
  if (bytes > run.size()) throw Error("the data ends inside a frame");
  const auto frame = run.first(bytes);
  run = run.subspan(bytes);
  return frame;
}

/// A source read frame by frame.
class FrameReader {
 public:
  explicit FrameReader(std::unique_ptr<runner::ByteSource> source) : source_(std::move(source)) {}

  /// The next frame, header included; empty at the end. Valid until the next call.
  std::span<const std::byte> next() {
    if (run_.empty()) run_ = source_->next();
    return run_.empty() ? run_ : take_frame(run_);
  }

 private:
  std::unique_ptr<runner::ByteSource> source_;
  std::span<const std::byte> run_;
};

}  // namespace py4cpp::engine
