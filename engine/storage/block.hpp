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
  /// The part of `bytes` that is in memory.
  std::uint64_t memory_bytes() const;

  /// A new reader from the start, which keeps the bytes alive. Throws Error that names the file
  /// when it cannot be read.
  std::unique_ptr<runner::ByteSource> open() const;

 private:
  friend class BlockWriter;
  explicit Block(std::shared_ptr<const Spool> spool) : spool_(std::move(spool)) {}
  std::shared_ptr<const Spool> spool_;
};

/// Collects frames into a Block. Belongs to one thread; unfinished, it leaves nothing behind.
class BlockWriter {
 public:
  /// `disk` outlives the writer. A null budget writes to disk only.
  BlockWriter(MemoryBudget* budget, DiskSpace& disk);
  ~BlockWriter();

  /// Adds a run of whole frames, on disk when the budget is used up. Throws Error that names the
  /// path when the disk is full.
  void append(std::span<const std::byte> frames);
  /// Adds a run of whole frames if there is memory for all of it; else returns false.
  bool try_append(std::span<const std::byte> frames);
  std::uint64_t bytes() const;

  /// The block of everything appended. The writer is empty then.
  Block finish();

 private:
  std::unique_ptr<Spool> spool_;
  MemoryBudget* budget_;
  DiskSpace& disk_;
};

/// Reads `source` to its end into a block.
Block collect_block(runner::ByteSource& source, MemoryBudget* budget, DiskSpace& disk);

}  // namespace py4cpp::engine
