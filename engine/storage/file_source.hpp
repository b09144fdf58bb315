// SPDX-License-Identifier: Apache-2.0
//
// Frames read from a stretch of a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/fd.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::engine {

/// Reads ahead by one buffer, which only a larger frame makes larger. Uses `pread`: any number of
/// sources may share a descriptor.
class FileSource final : public runner::ByteSource {
 public:
  /// The default for how much is read at once.
  static constexpr std::size_t buffer_bytes = std::size_t{256} << 10;

  /// Opens `path` at the first `next`. Throws then and later Error that names it.
  FileSource(std::string path, std::uint64_t offset, std::uint64_t length);
  /// Reads from an open file; `fd` outlives the source.
  FileSource(const Fd& fd, std::string path, std::uint64_t offset, std::uint64_t length);

  std::span<const std::byte> next() override;

 private:
  void fill(std::size_t wanted);

  std::string path_;
  Fd own_fd_;
  int fd_ = -1;
  std::uint64_t offset_;
  std::uint64_t left_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // what was handed out ends here
  std::size_t end_ = 0;    // what was read ends here
};

}  // namespace py4cpp::engine
