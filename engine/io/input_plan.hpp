// SPDX-License-Identifier: Apache-2.0
//
// Which bytes of which files make up each partition of an input. The rules are those of Hadoop's
// input formats and of Spark SQL's file sources, so that a script sees the partitions it is used
// to. Only local files: a path is absolute, relative to the process, or a `file:` URI. All
// functions may be called from any thread; they look at the file system and keep nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace py4cpp::engine {

/// A run of bytes of one file. A compressed file is never cut: its split covers all of it.
struct FileSplit {
  std::string path = {};
  std::uint64_t start = 0;
  std::uint64_t length = 0;
};

/// What one task reads, in this order.
using InputPartition = std::vector<FileSplit>;

/// The partitions of `sc.textFile(paths, min_partitions)`: comma-separated paths with globs
/// (`* ? [a-c] [^x] {a,b}`), directories (their files, not their folders), no files whose names
/// begin with `_` or `.`, no empty files.
/// Throws NamedError: org.apache.hadoop.mapred.InvalidInputException when a path does not exist or
/// a pattern matches nothing, java.io.IOException for a folder inside a folder or one that cannot
/// be read, org.apache.hadoop.fs.UnsupportedFileSystemException for other schemes than `file:`.
std::vector<InputPartition> plan_text_file(std::string_view paths, int min_partitions);

/// The partitions of `sc.objectFile`, which is `sc.pickleFile` in Python: SequenceFiles, cut where
/// their readers find the next sync mark. Throws as plan_text_file does.
std::vector<InputPartition> plan_object_file(std::string_view paths, int min_partitions);

/// The partitions of `sc.wholeTextFiles`: whole files, packed until each partition holds its share.
/// Throws as plan_text_file does, with org.apache.hadoop.mapreduce.lib.input's exception.
std::vector<InputPartition> plan_whole_text_files(std::string_view paths, int min_partitions);

/// How Spark SQL's file sources, and `sc.binaryFiles`, pack files.
struct PackingOptions {
  std::uint64_t partition_bytes_max = 128ULL << 20;  // spark.sql.files.maxPartitionBytes
  std::uint64_t open_cost_bytes = 4ULL << 20;        // spark.sql.files.openCostInBytes
  int parallelism = 1;                               // spark.default.parallelism
  bool whole_files = false;                          // never cut a file
  bool recursive = false;                            // also the files in folders below
};

/// The partitions of `sc.binaryFiles`: whole files. Throws as plan_whole_text_files does.
std::vector<InputPartition> plan_binary_files(std::string_view paths,
                                              const PackingOptions& options);

/// The partitions of `sc.binaryRecords`: cut only between records of `record_length` bytes.
/// Throws as plan_whole_text_files does.
std::vector<InputPartition> plan_binary_records(std::string_view paths, int record_length);

/// A path or pattern of a Spark SQL source that finds nothing; the message is its URI.
class PathNotFound : public Error {
 public:
  using Error::Error;
};

/// The partitions of `spark.read.text(paths)`; a comma has no meaning here. Throws PathNotFound,
/// and NamedError java.io.IOException or org.apache.hadoop.fs.UnsupportedFileSystemException.
std::vector<InputPartition> plan_text_source(const std::vector<std::string>& paths,
                                             const PackingOptions& options);

/// True when the file's name says that it is compressed (`.gz`, `.deflate`): read as a whole.
bool is_compressed(std::string_view path);

/// `file:/absolute/path` for a path or URI, as Hadoop writes it. Throws NamedError
/// org.apache.hadoop.fs.UnsupportedFileSystemException for another scheme.
std::string file_uri(std::string_view path);

/// The absolute path for a path or `file:` URI, without `.`, `//` and a final `/`. Throws as above.
std::string local_path(std::string_view path);

}  // namespace py4cpp::engine
