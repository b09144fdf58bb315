// SPDX-License-Identifier: Apache-2.0
//
// The buffer holds [begin_, end_) unread bytes; a frame that the buffer's end cuts is moved to the
// front before the next read.
#include "engine/storage/file_source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "engine/frames.hpp"

namespace py4cpp::engine {

FileSource::FileSource(std::string path, std::uint64_t offset, std::uint64_t length)
    : path_(std::move(path)), offset_(offset), left_(length) {}

FileSource::FileSource(const Fd& fd, std::string path, std::uint64_t offset, std::uint64_t length)
    : path_(std::move(path)), fd_(fd.get()), offset_(offset), left_(length) {}

std::span<const std::byte> FileSource::next() {
  std::size_t whole = 0;  // bytes of whole frames at begin_
  fill(frame_header_bytes);
  while (end_ - begin_ - whole >= frame_header_bytes) {
    const std::size_t frame = frame_bytes(buffer_.get() + begin_ + whole);
    if (whole == 0) fill(frame);
    if (end_ - begin_ - whole < frame) break;
    whole += frame;
  }
  if (whole == 0 && end_ > begin_) throw Error(path_ + " ends inside a frame");
  const std::span<const std::byte> run(buffer_.get() + begin_, whole);
  begin_ += whole;
  return run;
}

/// Makes at least `wanted` bytes ready, or all that are left.
void FileSource::fill(std::size_t wanted) {
  if (end_ - begin_ >= wanted || left_ == 0) return;
  if (fd_ < 0) {
    own_fd_ = Fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    fd_ = own_fd_.get();
    if (fd_ < 0) throw Error("cannot open " + path_ + ": " + std::strerror(errno));
  }
  const std::size_t ready = end_ - begin_;
  const std::size_t most = std::max<std::size_t>(
      wanted, static_cast<std::size_t>(std::min<std::uint64_t>(buffer_bytes, ready + left_)));
  if (capacity_ < most) {
    auto larger = std::make_unique_for_overwrite<std::byte[]>(most);
    if (ready > 0) std::memcpy(larger.get(), buffer_.get() + begin_, ready);
    buffer_ = std::move(larger);
    capacity_ = most;
  } else if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, ready);
  }
  begin_ = 0;
  end_ = ready;
  while (end_ < wanted && left_ > 0) {
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(capacity_ - end_, left_));
    const ssize_t got = ::pread(fd_, buffer_.get() + end_, room, static_cast<off_t>(offset_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error("cannot read " + path_ + ": " + std::strerror(errno));
    if (got == 0) throw Error(path_ + " is shorter than it was when it was written");
    end_ += static_cast<std::size_t>(got);
    offset_ += static_cast<std::uint64_t>(got);
    left_ -= static_cast<std::uint64_t>(got);
  }
}

}  // namespace py4cpp::engine
