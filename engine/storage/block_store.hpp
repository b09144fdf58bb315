// SPDX-License-Identifier: Apache-2.0
//
// The cache of persisted partitions. Memory is bounded; the partitions that were not used for the
// longest time make room: to disk when their level allows it, else they are forgotten and computed
// again when somebody asks.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "engine/storage/block.hpp"
#include "engine/storage_level.hpp"
#include "engine/task_run.hpp"

namespace py4cpp::engine {

/// What the cache holds of one RDD.
struct CacheUsage {
  std::size_t partitions = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t disk_bytes = 0;
};

/// Any thread. No lock is held while a partition is computed, read or written.
class BlockStore {
 public:
  /// `disk` outlives the store.
  BlockStore(std::size_t memory_bytes_max, DiskSpace& disk);

  using Compute = std::function<std::unique_ptr<runner::ByteSource>()>;

  /// The partition's frames, computed at most once at a time: other tasks that want it meanwhile
  /// wait for it, until `task` is cancelled (then TaskCancelled). A partition that fits nowhere
  /// is handed through. Throws what `compute` throws and Error for a full disk.
  std::unique_ptr<runner::ByteSource> get_or_compute(int rdd_id, std::size_t partition,
                                                     StorageLevel level, const Compute& compute,
                                                     TaskRun& task);

  /// True when all partitions are there.
  bool has_all(int rdd_id, std::size_t partitions) const;
  CacheUsage usage(int rdd_id) const;
  /// Forgets an RDD; partitions that are being computed are not kept either.
  void remove_rdd(int rdd_id);
  void clear();

  /// Wakes tasks that wait for a partition, so that they see that they are cancelled.
  void wake_waiting();

  std::size_t memory_used() const { return budget_->used(); }

 private:
  using Key = std::pair<int, std::size_t>;
  struct Entry {
    Block block;
    StorageLevel level;
    std::list<Key>::iterator use;  // place in uses_
  };
  class Pending;

  std::unique_ptr<runner::ByteSource> compute_block(const Key& key, StorageLevel level,
                                                    const Compute& compute, TaskRun& task);
  void put(const Key& key, StorageLevel level, Block block);
  bool make_room(int rdd_id);
  Block copy_to_disk(const Block& block) const;

  const std::shared_ptr<MemoryBudget> budget_;
  DiskSpace& disk_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable computed_;
  std::map<Key, Entry> entries_;
  std::list<Key> uses_;            // least recently used first
  std::map<Key, bool> computing_;  // false: not to be kept
};

}  // namespace py4cpp::engine
