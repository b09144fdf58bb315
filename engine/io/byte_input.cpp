// SPDX-License-Identifier: Apache-2.0
//
// Plain reads, and zlib on top of them.
#include "engine/io/byte_input.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/fd.hpp"
#include "engine/io/input_plan.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

constexpr std::size_t compressed_buffer_bytes = std::size_t{64} * 1024;

/// zlib's window for "gzip or zlib, whichever the header says".
constexpr int window_bits_automatic = 15 + 32;

std::string system_text(int error) { return std::strerror(error); }

class FileInput final : public ByteInput {
 public:
  FileInput(const std::string& path, std::uint64_t start)
      : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!fd_) {
      throw NamedError("java.io.FileNotFoundException", path + " (" + system_text(errno) + ")");
    }
    if (start > 0 && ::lseek(fd_.get(), static_cast<off_t>(start), SEEK_SET) < 0) fail();
    ::posix_fadvise(fd_.get(), static_cast<off_t>(start), 0, POSIX_FADV_SEQUENTIAL);
  }

  std::size_t read(std::span<std::byte> buffer) override {
    for (;;) {
      ssize_t count = ::read(fd_.get(), buffer.data(), buffer.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) fail();
    }
  }

 private:
  [[noreturn]] void fail() const {
    throw NamedError("java.io.IOException", "cannot read " + path_ + ": " + system_text(errno));
  }

  std::string path_;
  Fd fd_;
};

/// One or more gzip members, or one zlib stream.
class InflatedInput final : public ByteInput {
 public:
  explicit InflatedInput(const std::string& path) : path_(path), file_(path, 0) {
    if (inflateInit2(&stream_, window_bits_automatic) != Z_OK) fail("zlib cannot start");
  }
  ~InflatedInput() override { inflateEnd(&stream_); }

  std::size_t read(std::span<std::byte> buffer) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(buffer.size(), 1U << 30));
    uInt room = stream_.avail_out;
    while (stream_.avail_out == room && !ended_) step();
    return room - stream_.avail_out;
  }

 private:
  void step() {
    if (stream_.avail_in == 0) {
      std::size_t count = file_.read(compressed_);
      if (count == 0) return end_of_file();
      stream_.next_in = reinterpret_cast<Bytef*>(compressed_.data());
      stream_.avail_in = static_cast<uInt>(count);
    }
    if (between_members_) {
      between_members_ = false;
      inflateReset(&stream_);
    }
    int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      between_members_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      fail(stream_.msg != nullptr ? stream_.msg : "not a compressed file");
    }
  }

  void end_of_file() {
    ended_ = true;
    if (!between_members_) {
      throw NamedError("java.io.EOFException", "Unexpected end of input stream in " + path_);
    }
  }

  [[noreturn]] void fail(std::string_view reason) const {
    throw NamedError("java.io.IOException",
                     "cannot decompress " + path_ + ": " + std::string(reason));
  }

  std::string path_;
  FileInput file_;
  z_stream stream_ = {};
  std::array<std::byte, compressed_buffer_bytes> compressed_ = {};
  bool between_members_ = true;  // an empty file is no member at all
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteInput> open_input(const std::string& path, std::uint64_t start) {
  for (std::string_view suffix : {".bz2", ".lz4", ".snappy", ".zst"}) {
    if (path.ends_with(suffix)) {
      throw NamedError("java.lang.UnsupportedOperationException",
                       "py4cpp reads gzip and deflate, not " + std::string(suffix) +
                           " files: decompress " + path + " first");
    }
  }
  if (is_compressed(path)) return std::make_unique<InflatedInput>(path);
  return open_plain_input(path, start);
}

std::unique_ptr<ByteInput> open_plain_input(const std::string& path, std::uint64_t start) {
  return std::make_unique<FileInput>(path, start);
}

}  // namespace py4cpp::engine
