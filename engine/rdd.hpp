// SPDX-License-Identifier: Apache-2.0
//
// A node of the lineage: partitions that can be computed, from other nodes, as streams of frames.
// Nodes are made by the driver's threads and computed by task threads. What a node *is* never
// changes; persisting, naming and checkpointing are the only changes, and they are thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/storage_level.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::engine {

class Context;
class Rdd;
class Shuffle;
class TaskRun;

/// Python's partitioner: how many partitions, and which Python function chose them. Two equal ones
/// put the same key into the same partition.
struct Partitioner {
  std::size_t partition_count = 0;
  std::int64_t function_id = 0;
  friend bool operator==(const Partitioner&, const Partitioner&) = default;
};

/// An edge of the lineage. With a shuffle, all partitions of the parent must be computed (in a
/// stage of their own) before any partition of the child.
struct Dependency {
  std::shared_ptr<Rdd> parent;
  std::shared_ptr<Shuffle> shuffle = {};
};

/// What a node is called in texts: the kind ("PythonRDD") and the operation that made it.
struct RddLabel {
  std::string kind;
  std::string site = {};
};

class Rdd : public std::enable_shared_from_this<Rdd> {
 public:
  Rdd(const Rdd&) = delete;
  Rdd& operator=(const Rdd&) = delete;
  virtual ~Rdd();

  /// Unique in its context, from 0.
  int id() const { return id_; }
  Context& context() const { return *context_; }
  std::shared_ptr<Context> shared_context() const { return context_; }

  const std::string& kind() const { return label_.kind; }
  const std::string& site() const { return label_.site; }
  std::string name() const;
  void set_name(std::string name);
  /// `PythonRDD[3] at RDD at PythonRDD.scala:53`, after the name when there is one.
  std::string to_string() const;
  /// The lineage as `RDD.toDebugString` draws it.
  std::string to_debug_string() const;

  /// May look at files at the first call. Throws Error when they are not there.
  std::size_t partition_count() const;
  virtual std::optional<Partitioner> partitioner() const { return std::nullopt; }
  /// True when all tasks of its stage must start together: it was made so, or from such a node
  /// without a shuffle between them.
  bool is_barrier() const { return barrier_; }
  /// What it is computed from now: after a checkpoint only the checkpoint.
  std::vector<Dependency> dependencies() const;

  /// Keeps partitions once computed. Throws Error when another level is set already.
  void persist(StorageLevel level);
  /// Forgets the level and removes the blocks.
  void unpersist();
  StorageLevel storage_level() const;

  /// Asks that the next job that uses this node also writes it below the context's checkpoint
  /// folder and cuts its lineage. Throws Error without a checkpoint folder.
  void checkpoint();
  /// The same with blocks of this context in place of files that stay.
  void local_checkpoint();
  bool is_checkpointed() const;
  bool is_locally_checkpointed() const;
  /// The folder it was written to.
  std::optional<std::string> checkpoint_path() const;

  /// A partition's frames: from the cache or a checkpoint, else computed (and put into the cache).
  /// Called on the task's thread; the source must not outlive the task. Throws what its
  /// computation throws, here or while it is read.
  std::unique_ptr<runner::ByteSource> open(std::size_t partition, TaskRun& task);

 protected:
  /// `barrier`: all tasks of its stage must start together.
  Rdd(std::shared_ptr<Context> context, RddLabel label, std::vector<Dependency> dependencies,
      bool barrier = false);

  virtual std::size_t count_partitions() const = 0;
  virtual std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) = 0;
  /// The parent at `index`, as it was given.
  Rdd& parent(std::size_t index = 0) const { return *dependencies_[index].parent; }

 private:
  friend class Checkpoints;
  enum class CheckpointKind { none, reliable, local };

  const std::shared_ptr<Context> context_;
  const int id_;
  const RddLabel label_;
  const std::vector<Dependency> dependencies_;
  const bool barrier_;  // found once: a walk at each question takes exponential time in diamonds

  mutable std::mutex mutex_;  // guards what follows
  std::string name_;
  StorageLevel level_;
  CheckpointKind checkpoint_kind_ = CheckpointKind::none;
  std::shared_ptr<Rdd> checkpointed_;  // takes the place of the dependencies once written
  std::string checkpoint_path_;
  mutable std::optional<std::size_t> partition_count_;
};

}  // namespace py4cpp::engine
