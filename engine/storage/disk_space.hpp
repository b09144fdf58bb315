// SPDX-License-Identifier: Apache-2.0
//
// The folder for what does not fit into memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/fd.hpp"

namespace py4cpp::engine {

/// Gives out names of temporary files. Any thread.
class DiskSpace {
 public:
  /// `root` exists and outlives the files.
  explicit DiskSpace(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }
  /// A path that was not given out before: `<root>/<prefix>-<number>`.
  std::string new_path(std::string_view prefix);

 private:
  const std::filesystem::path root_;
  std::atomic<std::uint64_t> next_ = 0;
};

/// A temporary file that is removed with its last owner. Written by one thread, then read by any
/// number of them. All functions throw Error that names the path and the reason.
class TempFile {
 public:
  TempFile(DiskSpace& disk, std::string_view prefix);
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile();

  /// Writes at the end.
  void append(std::span<const std::byte> bytes);
  /// No more writes: closes the descriptor, so that idle files hold none.
  void close();
  std::uint64_t bytes() const { return bytes_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  Fd fd_;
  std::uint64_t bytes_ = 0;
};

}  // namespace py4cpp::engine
