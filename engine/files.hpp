// SPDX-License-Identifier: Apache-2.0
//
// The files that a driver gives its tasks: copies in one folder that driver and workers see.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace py4cpp::engine {

/// Any thread.
class Files {
 public:
  /// `root` is made now. With `overwrite` (spark.files.overwrite) a file with other content under
  /// the same name takes the old one's place. `python` unpacks archives.
  explicit Files(std::filesystem::path root, bool overwrite = false,
                 std::string python = "python3");

  const std::filesystem::path& root() const { return root_; }

  /// Copies a local file, or with `recursive` a folder, into the root. A name that is there already
  /// with the same content is left alone. Throws Error that names the path: not there, a folder
  /// without `recursive`, another scheme than `file:`, other content under the same name, a full
  /// disk.
  void add_file(std::string_view path, bool recursive = false);

  /// Unpacks a .zip, .jar, .tar, .tar.gz or .tgz into a folder with the archive's name, or the name
  /// after `#`; copies anything else. Throws as add_file does, and when unpacking fails.
  void add_archive(std::string_view path);

  /// URIs of what was added, in order.
  std::vector<std::string> list_files() const;
  std::vector<std::string> list_archives() const;

 private:
  const std::filesystem::path root_;
  const bool overwrite_;
  const std::string python_;
  mutable std::mutex mutex_;  // guards the lists and serialises copies
  std::vector<std::string> files_;
  std::vector<std::string> archives_;
};

}  // namespace py4cpp::engine
