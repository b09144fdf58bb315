// SPDX-License-Identifier: Apache-2.0
//
// A finished run of frames, in memory or in a temporary file: a task's result, a cached partition.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "engine/storage/memory_budget.hpp"
#include "engine/storage/spool.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::engine {

/// Immutable and cheap to copy: copies share the bytes, which go with the last of them (the file is
/// removed then). Any thread may open it, as often as it likes.
class Block {
 public:
  /// A block without frames.
  Block() = default;

  std::uint64_t bytes() const;
  bool empty() const { return bytes() == 0; }
  bool in_memory() const;

  /// A new reader from the start, which keeps the bytes alive. Throws Error that names the file
  /// when it cannot be read.
  std::unique_ptr<runner::ByteSource> open() const;

 private:
  friend class BlockWriter;
  explicit Block(std::shared_ptr<const Spool> spool) : spool_(std::move(spool)) {}
  std::shared_ptr<const Spool> spool_;
};

/// What a BlockWriter does when its memory is used up.
enum class Overflow { to_disk, refuse };

/// Collects frames into a Block. Belongs to one thread; unfinished, it leaves nothing behind.
class BlockWriter {
 public:
  /// `budget` and `disk` outlive the writer and its blocks. A null budget writes to disk only.
  BlockWriter(MemoryBudget* budget, DiskSpace& disk, Overflow overflow);
  ~BlockWriter();

  /// Adds a run of whole frames. False when they do not fit and the writer refuses: then nothing of
  /// the run is taken. Throws Error that names the path when the disk is full.
  bool append(std::span<const std::byte> frames);
  std::uint64_t bytes() const;

  /// The block of everything appended. The writer is empty then.
  Block finish();

 private:
  std::unique_ptr<Spool> spool_;
  MemoryBudget* budget_;
  DiskSpace& disk_;
  Overflow overflow_;
};

/// Reads `source` to its end into a block.
Block collect_block(runner::ByteSource& source, MemoryBudget* budget, DiskSpace& disk);

}  // namespace py4cpp::engine
