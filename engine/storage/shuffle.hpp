// SPDX-License-Identifier: Apache-2.0
//
// A shuffle: every map task divides its frames among the reduce partitions; a reduce task then
// reads its share of each map task's output, in the order of the map tasks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "engine/storage/chunk_list.hpp"
#include "engine/storage/disk_space.hpp"
#include "engine/storage/memory_budget.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::engine {

class Shuffle;

/// One finished map task's frames by partition. Immutable; its memory and file go with it.
/// Partitions that got none take no room: a shuffle has as many pieces as map tasks times
/// partitions.
class MapOutput {
 public:
  std::uint64_t bytes() const;
  /// Whether its file, if it needs one, is still in its folder.
  bool is_there() const;

 private:
  friend class ShuffleWriter;
  friend class ShuffleReader;
  /// A partition's frames in memory, or in a stretch of the file.
  struct Share {
    std::size_t partition;
    ChunkList frames;
  };
  struct Stretch {
    std::size_t partition;
    std::uint64_t offset;
    std::uint64_t bytes;
  };
  using FileRun = std::vector<Stretch>;  // by partition

  std::unique_ptr<TempFile> file_;
  std::vector<FileRun> file_runs_;
  std::vector<Share> memory_;  // by partition; what came after the file runs
  Reservation reservation_;
};

/// Takes one map task's frames. Frames are gathered in memory; when the budget is used up they go
/// to a file. Belongs to the task; unfinished, it leaves nothing behind.
class ShuffleWriter {
 public:
  /// What each writer may hold though the budget is used up, so that spills have a useful size.
  static constexpr std::size_t bytes_min = std::size_t{1} << 20;

  /// `disk` outlives the writer.
  ShuffleWriter(std::size_t partitions, MemoryBudget& budget, DiskSpace& disk);

  std::size_t partitions() const { return shares_.size(); }
  /// Appends whole frames to a partition's share. Throws Error that names the path when the disk is
  /// full.
  void add(std::size_t partition, std::span<const std::byte> frames);
  std::shared_ptr<const MapOutput> finish();

 private:
  void spill();

  DiskSpace& disk_;
  std::shared_ptr<MapOutput> output_;
  std::vector<ChunkList> shares_;  // of all partitions
  std::size_t held_ = 0;           // memory in chunks, reserved or not
};

/// A map task read something that its stage should have made, but nobody did: the scheduler runs
/// that stage and then the task again.
class ShuffleMissing : public Error {
 public:
  explicit ShuffleMissing(std::shared_ptr<Shuffle> shuffle);
  const std::shared_ptr<Shuffle>& shuffle() const { return shuffle_; }

 private:
  std::shared_ptr<Shuffle> shuffle_;
};

/// Divides a map partition's frames among the writer's partitions.
using ShuffleRoute =
    std::function<void(std::size_t map, runner::ByteSource& frames, ShuffleWriter& writer)>;

/// The outputs live as long as this object, which the shuffled node owns. Any thread.
class Shuffle : public std::enable_shared_from_this<Shuffle> {
 public:
  Shuffle(int id, std::size_t partitions, ShuffleRoute route)
      : id_(id), partitions_(partitions), route_(std::move(route)) {}

  int id() const { return id_; }
  std::size_t partitions() const { return partitions_; }

  /// How many map tasks there are; must be said before the first `commit` and `open`.
  void set_maps(std::size_t maps);
  /// The map tasks without output.
  std::vector<std::size_t> missing() const;
  bool complete() const;

  /// Runs a map task; its output counts once it is committed.
  std::shared_ptr<const MapOutput> write(std::size_t map, runner::ByteSource& frames,
                                         MemoryBudget& budget, DiskSpace& disk) const;
  /// The first output of a map task stays.
  void commit(std::size_t map, std::shared_ptr<const MapOutput> output);

  /// A partition's frames from all map tasks. Throws ShuffleMissing when one has no output; so does
  /// the source, when a file is gone.
  std::unique_ptr<runner::ByteSource> open(std::size_t partition);

  /// Forgets the outputs whose files are gone.
  void drop_lost();

  /// Frees all outputs.
  void clear();

 private:
  const int id_;
  const std::size_t partitions_;
  const ShuffleRoute route_;
  using Outputs = std::vector<std::shared_ptr<const MapOutput>>;  // by map task

  void drop_where(const std::function<bool(const MapOutput&)>& dropped);

  mutable std::mutex mutex_;  // guards what follows
  bool sized_ = false;
  std::size_t missing_ = 0;           // outputs that are null
  std::shared_ptr<Outputs> outputs_;  // once complete, shared with the readers: no more changes
};

}  // namespace py4cpp::engine
