// SPDX-License-Identifier: Apache-2.0
//
// Writes a folder of text files as `saveAsTextFile` does: each task writes a hidden attempt file
// and renames it to `part-NNNNN` when all of it is on disk, so that a retried or killed task leaves
// nothing half done; `_SUCCESS` appears last.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runner/byte_source.hpp"

namespace py4cpp::engine {

class TextOutput {
 public:
  /// Makes the folder. `codec` is the Java class name of a compression codec (gzip and deflate
  /// are known) or empty. Throws NamedError: org.apache.hadoop.mapred.FileAlreadyExistsException
  /// when the folder is there, java.io.IOException when it cannot be made,
  /// java.lang.UnsupportedOperationException for another codec.
  TextOutput(std::string_view path, std::string_view codec);

  TextOutput(const TextOutput&) = delete;
  TextOutput& operator=(const TextOutput&) = delete;
  /// As OutputFolder.
  ~TextOutput();

  /// Writes every frame of `lines` as one line of part `partition`. Called by one task at a time
  /// for a partition, by many threads for many; attempts of the same partition need distinct
  /// `attempt` numbers. Throws NamedError java.io.IOException that names the file (full disk).
  void write_part(std::size_t partition, std::size_t attempt, runner::ByteSource& lines) const;

  /// Marks the whole output complete with `_SUCCESS`. Call once, when all parts are written.
  void commit() const;

 private:
  struct Layout;
  std::unique_ptr<Layout> layout_;
};

}  // namespace py4cpp::engine
