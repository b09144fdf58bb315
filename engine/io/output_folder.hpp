// SPDX-License-Identifier: Apache-2.0
//
// A folder of parts, as Hadoop's output committers leave it: each task writes a hidden attempt file
// and renames it to `part-NNNNN` when all of it is on disk, so that a retried or killed task leaves
// nothing half done; `_SUCCESS` appears last.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "base/fd.hpp"

namespace py4cpp::engine {

/// A new file; what is written is complete only after `close`. One thread. All functions throw
/// NamedError java.io.IOException that names the file and the reason (a full disk).
class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path path);

  void write(std::span<const std::byte> bytes);
  void close();

 private:
  std::filesystem::path path_;
  Fd fd_;
};

class OutputFolder {
 public:
  /// Makes the folder. Throws NamedError: org.apache.hadoop.mapred.FileAlreadyExistsException when
  /// it is there, java.io.IOException when it cannot be made.
  explicit OutputFolder(std::string_view path);
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  /// Removes attempts that were not committed. Committed parts stay, as they do in Spark.
  ~OutputFolder();

  /// Calls `write` with a new file that then becomes part `partition` (its name ends in `suffix`).
  /// Called by many threads at once; attempts of the same partition need distinct `attempt`
  /// numbers. Throws what `write` throws, and as OutputFile.
  void write_part(std::size_t partition, std::size_t attempt, std::string_view suffix,
                  const std::function<void(OutputFile&)>& write) const;

  /// Marks the whole output complete. Call once, when all parts are written.
  void commit() const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path attempts_;
};

}  // namespace py4cpp::engine
