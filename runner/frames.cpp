// SPDX-License-Identifier: Apache-2.0
#include "runner/frames.hpp"

#include <limits>
#include <string>

#include "base/error.hpp"
#include "runner/wire/bytes_writer.hpp"
#include "runner/wire/wire.hpp"

namespace py4cpp::runner {

void append_frame(Bytes& run, std::span<const std::byte> bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw Error("a frame of " + std::to_string(bytes.size()) +
                " bytes cannot be sent; a frame has less than 2 GiB");
  }
  BytesWriter(run).bytes(bytes);
}

void append_frame(Bytes& run, std::string_view bytes) {
  append_frame(run, std::as_bytes(std::span(bytes)));
}

void append_null_frame(Bytes& run) { BytesWriter(run).i32(null_item); }

void Frames::Iterator::look() {
  frame_ = {};
  size_ = 0;
  if (left_.empty()) return;
  if (left_.size() < length_bytes) throw Error("a run of frames ends within a length");
  const std::int32_t length = read_i32(left_.data());
  if (length < 0 && length != null_item) {
    throw Error("a run of frames holds a frame of the length " + std::to_string(length));
  }
  frame_.is_null = length == null_item;
  const std::size_t size = frame_.is_null ? 0 : static_cast<std::size_t>(length);
  if (size > left_.size() - length_bytes) throw Error("a run of frames ends within a frame");
  frame_.bytes = left_.subspan(length_bytes, size);
  size_ = length_bytes + size;
}

}  // namespace py4cpp::runner
