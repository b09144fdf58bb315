// SPDX-License-Identifier: Apache-2.0
//
// A block is a sealed spool; an empty one has none at all.
#include "engine/storage/block.hpp"

namespace py4cpp::engine {

std::uint64_t Block::bytes() const { return spool_ ? spool_->bytes() : 0; }

std::uint64_t Block::memory_bytes() const { return spool_ ? spool_->memory_bytes() : 0; }

std::unique_ptr<runner::ByteSource> Block::open() const {
  if (!spool_) return std::make_unique<runner::EmptySource>();
  return Spool::open(spool_);
}

BlockWriter::BlockWriter(MemoryBudget* budget, DiskSpace& disk) : budget_(budget), disk_(disk) {}

BlockWriter::~BlockWriter() = default;

bool BlockWriter::try_append(std::span<const std::byte> frames) {
  if (!spool_) spool_ = std::make_unique<Spool>(budget_, disk_);
  return spool_->append_to_memory(frames);
}

void BlockWriter::append(std::span<const std::byte> frames) {
  if (!try_append(frames)) spool_->append_to_disk(frames);
}

std::uint64_t BlockWriter::bytes() const { return spool_ ? spool_->bytes() : 0; }

Block BlockWriter::finish() {
  if (!spool_) return Block();
  spool_->seal();
  return Block(std::shared_ptr<const Spool>(std::move(spool_)));
}

Block collect_block(runner::ByteSource& source, MemoryBudget* budget, DiskSpace& disk) {
  BlockWriter writer(budget, disk);
  for (auto run = source.next(); !run.empty(); run = source.next()) writer.append(run);
  return writer.finish();
}

}  // namespace py4cpp::engine
