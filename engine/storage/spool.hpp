// SPDX-License-Identifier: Apache-2.0
//
// Frames that were put aside: first in memory, as far as a budget allows, then in a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "engine/storage/chunk_list.hpp"
#include "engine/storage/disk_space.hpp"
#include "engine/storage/memory_budget.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::engine {

/// Written by one thread; immutable and readable by any number of them after `seal`. The disk
/// outlives the writing.
class Spool {
 public:
  /// A null budget writes to disk only.
  Spool(MemoryBudget* budget, DiskSpace& disk);

  /// Keeps a run of whole frames in memory; false when the budget has no room for it.
  bool append_to_memory(std::span<const std::byte> frames);
  /// Writes a run of whole frames to the file; whatever follows must go there too. Throws Error
  /// that names the path when the disk is full.
  void append_to_disk(std::span<const std::byte> frames);
  /// No more writes.
  void seal();

  std::uint64_t bytes() const { return memory_.bytes() + (file_ ? file_->bytes() : 0); }
  std::uint64_t memory_bytes() const { return memory_.bytes(); }

  /// A reader that keeps `spool` alive.
  static std::unique_ptr<runner::ByteSource> open(std::shared_ptr<const Spool> spool);

 private:
  class Source;

  DiskSpace& disk_;
  bool memory_allowed_;
  Reservation reservation_;
  ChunkList memory_;
  std::unique_ptr<TempFile> file_;
};

}  // namespace py4cpp::engine
