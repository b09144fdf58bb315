// SPDX-License-Identifier: Apache-2.0
//
// How record batches go to Python workers.
#pragma once

#include <cstdint>
#include <optional>

namespace py4cpp::runner {

/// Compression of the bodies of batches on their way to a worker. It costs both ends more than a
/// local socket does, and is here for streams that are kept.
enum class ArrowCompression { none, lz4, zstd };

struct ArrowOptions {
  /// Larger batches are cut; functions over columns see no more rows at a time
  /// (spark.sql.execution.arrow.maxRecordsPerBatch). 0 is no bound.
  std::int64_t batch_records_max = 10'000;
  /// ... and no more bytes, unless a single row has more
  /// (spark.sql.execution.arrow.maxBytesPerBatch). 0 is no bound. Half of what a task may hold of
  /// an answer (WorkerOptions::task_bytes_max), so that a function may return more than it was
  /// given.
  std::int64_t batch_bytes_max = std::int64_t{32} << 20;
  /// spark.sql.execution.arrow.compression.codec and its level.
  ArrowCompression compression = ArrowCompression::none;
  std::optional<int> compression_level = {};
  /// Look at every value that comes back (text is UTF-8, offsets go up), not only at the sizes of
  /// buffers: for workers whose code is not trusted with this process's memory.
  bool validate_fully = false;
};

}  // namespace py4cpp::runner
