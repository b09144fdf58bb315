// SPDX-License-Identifier: Apache-2.0
//
// The length is written last, over the four bytes kept free for it.
#include "engine/io/frame_buffer.hpp"

#include <limits>

#include "engine/io/utf8.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

constexpr std::size_t length_bytes = 4;

}  // namespace

void FrameBuffer::begin_frame() {
  frame_ = bytes_.size();
  bytes_.resize(frame_ + length_bytes);
}

void FrameBuffer::end_frame() {
  std::size_t length = bytes_.size() - frame_ - length_bytes;
  if (length > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw NamedError("java.io.IOException",
                     "one record has " + std::to_string(length) + " bytes; 2147483647 is the most");
  }
  for (std::size_t i = 0; i < length_bytes; ++i) {
    bytes_[frame_ + i] = static_cast<std::byte>(length >> (24 - 8 * i));
  }
}

void FrameBuffer::add(std::span<const std::byte> content) {
  begin_frame();
  bytes_.insert(bytes_.end(), content.begin(), content.end());
  end_frame();
}

void FrameBuffer::add_text(std::string_view text) {
  begin_frame();
  append_utf8(text, bytes_);
  end_frame();
}

}  // namespace py4cpp::engine
