// SPDX-License-Identifier: Apache-2.0
//
// A partition that is being computed is marked, so that others wait for it. That cannot deadlock: a
// task only ever waits for an ancestor of what it computes.
#include "engine/storage/block_store.hpp"

#include <algorithm>
#include <iterator>

namespace py4cpp::engine {
namespace {

/// What was gathered before memory ran out, the run that did not fit, and the rest of the stream.
class HandThrough final : public runner::ByteSource {
 public:
  HandThrough(std::unique_ptr<runner::ByteSource> gathered, std::span<const std::byte> run,
              std::unique_ptr<runner::ByteSource> rest)
      : gathered_(std::move(gathered)), run_(run), rest_(std::move(rest)) {}

  std::span<const std::byte> next() override {
    if (gathered_) {
      const auto run = gathered_->next();
      if (!run.empty()) return run;
      gathered_.reset();
      return run_;
    }
    return rest_->next();
  }

 private:
  std::unique_ptr<runner::ByteSource> gathered_;
  std::span<const std::byte> run_;  // belongs to rest_, valid until its next call
  std::unique_ptr<runner::ByteSource> rest_;
};

}  // namespace

/// The mark of a partition in the making; wakes those who wait for it when it goes.
class BlockStore::Pending {
 public:
  Pending(BlockStore& store, const Key& key) : store_(store), key_(key) {}
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() {
    {
      const std::lock_guard lock(store_.mutex_);
      store_.computing_.erase(key_);
    }
    store_.computed_.notify_all();
  }

 private:
  BlockStore& store_;
  const Key key_;
};

BlockStore::BlockStore(std::size_t memory_bytes_max, DiskSpace& disk)
    : budget_(std::make_shared<MemoryBudget>(memory_bytes_max)), disk_(disk) {}

std::unique_ptr<runner::ByteSource> BlockStore::get_or_compute(int rdd_id, std::size_t partition,
                                                               StorageLevel level,
                                                               const Compute& compute,
                                                               TaskRun& task) {
  const Key key(rdd_id, partition);
  {
    std::unique_lock lock(mutex_);
    for (;;) {
      task.check();
      if (const auto found = entries_.find(key); found != entries_.end()) {
        uses_.splice(uses_.end(), uses_, found->second.use);
        const Block block = found->second.block;
        lock.unlock();
        return block.open();
      }
      if (computing_.try_emplace(key, true).second) break;
      computed_.wait(lock);
    }
  }
  const Pending pending(*this, key);
  return compute_block(key, level, compute, task);
}

std::unique_ptr<runner::ByteSource> BlockStore::compute_block(const Key& key, StorageLevel level,
                                                              const Compute& compute,
                                                              TaskRun& task) {
  const bool in_memory = level.use_memory || level.use_off_heap;
  BlockWriter writer(in_memory ? budget_.get() : nullptr, disk_);
  auto source = compute();
  for (auto run = source->next(); !run.empty(); run = source->next()) {
    task.check();
    bool kept = writer.try_append(run);
    while (!kept && in_memory && make_room(key.first)) kept = writer.try_append(run);
    if (kept) continue;
    if (!level.use_disk) {
      return std::make_unique<HandThrough>(writer.finish().open(), run, std::move(source));
    }
    writer.append(run);
  }
  source.reset();  // the worker's part of the task ends before its output counts
  Block block = writer.finish();
  put(key, level, block);
  return block.open();
}

void BlockStore::put(const Key& key, StorageLevel level, Block block) {
  const std::lock_guard lock(mutex_);
  const auto pending = computing_.find(key);
  if (pending == computing_.end() || !pending->second) return;
  uses_.push_back(key);
  entries_.insert_or_assign(key, Entry{std::move(block), level, std::prev(uses_.end())});
}

/// Takes the least recently used block of another RDD out of memory. False when there is none.
bool BlockStore::make_room(int rdd_id) {
  Key key;
  Entry victim;
  {
    const std::lock_guard lock(mutex_);
    const auto use = std::find_if(uses_.begin(), uses_.end(), [&](const Key& candidate) {
      return candidate.first != rdd_id && entries_.at(candidate).block.memory_bytes() > 0;
    });
    if (use == uses_.end()) return false;
    key = *use;
    victim = entries_.at(key);
    uses_.erase(use);
    entries_.erase(key);
    if (victim.level.use_disk && !computing_.try_emplace(key, true).second) return true;
  }
  if (!victim.level.use_disk) return true;
  const Pending pending(*this, key);
  put(key, victim.level, copy_to_disk(victim.block));
  return true;
}

Block BlockStore::copy_to_disk(const Block& block) const {
  const auto source = block.open();
  return collect_block(*source, nullptr, disk_);
}

bool BlockStore::has_all(int rdd_id, std::size_t partitions) const {
  const std::lock_guard lock(mutex_);
  const auto first = entries_.lower_bound(Key(rdd_id, 0));
  const auto last = entries_.lower_bound(Key(rdd_id, partitions));
  return static_cast<std::size_t>(std::distance(first, last)) == partitions;
}

CacheUsage BlockStore::usage(int rdd_id) const {
  CacheUsage usage;
  const std::lock_guard lock(mutex_);
  for (auto at = entries_.lower_bound(Key(rdd_id, 0));
       at != entries_.end() && at->first.first == rdd_id; ++at) {
    ++usage.partitions;
    usage.memory_bytes += at->second.block.memory_bytes();
    usage.disk_bytes += at->second.block.bytes() - at->second.block.memory_bytes();
  }
  return usage;
}

void BlockStore::remove_rdd(int rdd_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& entry) { return entry.first.first == rdd_id; });
  uses_.remove_if([&](const Key& key) { return key.first == rdd_id; });
  for (auto& [key, keep] : computing_) {
    if (key.first == rdd_id) keep = false;
  }
}

void BlockStore::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  uses_.clear();
  for (auto& [key, keep] : computing_) keep = false;
}

void BlockStore::wake_waiting() {
  { const std::lock_guard lock(mutex_); }  // none is between its check and its wait
  computed_.notify_all();
}

}  // namespace py4cpp::engine
