// SPDX-License-Identifier: Apache-2.0
//
// A private folder for files that must not outlive their owner.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace py4cpp {

class TempDir {
 public:
  TempDir() = default;
  /// Makes a new folder `<root>/<prefix>XXXXXX` that only this user may enter (mode 0700). Throws
  /// Error that names the path and the reason (a full disk, a missing root, no permission).
  TempDir(const std::filesystem::path& root, std::string_view prefix);
  TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDir& operator=(TempDir&& other) noexcept;
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  /// Removes the folder and everything in it.
  ~TempDir() { remove(); }

  /// Empty when there is no folder.
  const std::filesystem::path& path() const { return path_; }

  /// Removes the folder now. What cannot be removed is left, without an error.
  void remove() noexcept;

  /// Gives the folder away; the caller removes it.
  std::filesystem::path release() { return std::exchange(path_, {}); }

 private:
  std::filesystem::path path_;
};

/// The root for temporary files: `$TMPDIR`, else `/tmp`.
std::filesystem::path default_temp_root();

}  // namespace py4cpp
