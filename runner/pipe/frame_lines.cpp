// SPDX-License-Identifier: Apache-2.0
#include "runner/pipe/frame_lines.hpp"

#include <string>

#include "base/error.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {

void FramesToLines::convert(std::span<const std::byte> frames, Bytes& lines) const {
  BytesWriter writer(lines);
  while (!frames.empty()) {
    if (frames.size() < length_bytes) throw Error("a run of frames is cut in a length");
    const std::int32_t length = read_i32(frames.data());
    frames = frames.subspan(length_bytes);
    if (length == null_item) {
      writer.raw(std::as_bytes(std::span(std::string_view("null"))));
    } else if (length < 0 || static_cast<std::size_t>(length) > frames.size()) {
      throw Error("a run of frames has a frame of length " + std::to_string(length));
    } else {
      writer.raw(frames.first(static_cast<std::size_t>(length)));
      frames = frames.subspan(static_cast<std::size_t>(length));
    }
    lines.push_back(std::byte{'\n'});
  }
}

void FrameCutter::feed(std::string_view bytes) {
  BytesWriter(bytes_).raw(std::as_bytes(std::span(bytes)));
  while (bytes_.size() - whole_ >= length_bytes) {
    const std::int32_t length = read_i32(bytes_.data() + whole_);
    const std::size_t size = length < 0 ? 0 : static_cast<std::size_t>(length);
    if ((length < 0 && length != null_item) || size > frame_bytes_max_) {
      throw Error("a command wrote a frame of the length " + std::to_string(length) + "; at most " +
                  std::to_string(frame_bytes_max_) + " is allowed");
    }
    if (bytes_.size() - whole_ < length_bytes + size) return;
    whole_ += length_bytes + size;
  }
}

void FrameCutter::finish() const {
  if (whole_ < bytes_.size()) throw Error("a command's output ends within a frame");
}

std::span<const std::byte> FrameCutter::take() {
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken_));
  whole_ -= taken_;
  taken_ = whole_;
  return std::span(bytes_).first(taken_);
}

void LinesToFrames::feed(std::string_view text) {
  BytesWriter writer(frames_);
  while (!text.empty()) {
    if (after_return_) {
      after_return_ = false;
      if (text.front() == '\n') {
        text.remove_prefix(1);
        continue;
      }
    }
    if (!open_) {
      open_at_ = frames_.size();
      writer.begin_length();
      open_ = true;
    }
    const std::size_t end = text.find_first_of("\n\r");
    const std::string_view piece = text.substr(0, end);
    writer.raw(std::as_bytes(std::span(piece)));
    if (frames_.size() - open_at_ - length_bytes > line_bytes_max_) {
      throw Error("a command wrote a line of more than " + std::to_string(line_bytes_max_) +
                  " bytes");
    }
    if (end == std::string_view::npos) return;
    after_return_ = text[end] == '\r';
    end_line();
    text.remove_prefix(end + 1);
  }
}

void LinesToFrames::finish() {
  if (open_) end_line();
}

void LinesToFrames::end_line() {
  BytesWriter(frames_).end_length(open_at_ + length_bytes);
  open_ = false;
}

std::span<const std::byte> LinesToFrames::take() {
  if (taken_ > 0) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(taken_));
    open_at_ -= open_ ? taken_ : 0;
    taken_ = 0;
  }
  taken_ = open_ ? open_at_ : frames_.size();
  return std::span(frames_).first(taken_);
}

}  // namespace py4cpp::runner
