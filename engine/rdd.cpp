// SPDX-License-Identifier: Apache-2.0
//
// What all nodes share: identity, persistence and checkpoints.
#include "engine/rdd.hpp"

#include <algorithm>

#include "engine/context.hpp"
#include "engine/job_errors.hpp"
#include "engine/storage/block_store.hpp"
#include "engine/task_run.hpp"

namespace py4cpp::engine {
namespace {

bool has_narrow_barrier(const std::vector<Dependency>& edges) {
  return std::any_of(edges.begin(), edges.end(), [](const Dependency& edge) {
    return !edge.shuffle && edge.parent->is_barrier();
  });
}

}  // namespace

Rdd::Rdd(std::shared_ptr<Context> context, RddLabel label, std::vector<Dependency> dependencies,
         bool barrier)
    : context_(std::move(context)),
      id_(context_->next_rdd_id()),
      label_(std::move(label)),
      dependencies_(std::move(dependencies)),
      barrier_(barrier || has_narrow_barrier(dependencies_)) {}

Rdd::~Rdd() { context_->blocks().remove_rdd(id_); }

std::string Rdd::name() const {
  const std::lock_guard lock(mutex_);
  return name_;
}

void Rdd::set_name(std::string name) {
  const std::lock_guard lock(mutex_);
  name_ = std::move(name);
}

std::string Rdd::to_string() const {
  const std::string label = name();
  return (label.empty() ? "" : label + " ") + kind() + "[" + std::to_string(id_) + "] at " + site();
}

std::size_t Rdd::partition_count() const {
  {
    const std::lock_guard lock(mutex_);
    if (partition_count_) return *partition_count_;
  }
  const std::size_t count = count_partitions();
  const std::lock_guard lock(mutex_);
  partition_count_ = count;
  return count;
}

std::vector<Dependency> Rdd::dependencies() const {
  const std::lock_guard lock(mutex_);
  if (checkpointed_) return {Dependency{checkpointed_}};
  return dependencies_;
}

void Rdd::persist(StorageLevel level) {
  context_->require_running();
  const std::lock_guard lock(mutex_);
  if (level_.valid() && level_ != level) {
    throw BadArgument(
        "Cannot change storage level of an RDD after it was already assigned a level");
  }
  level_ = level;
}

void Rdd::unpersist() {
  {
    const std::lock_guard lock(mutex_);
    level_ = {};
  }
  context_->blocks().remove_rdd(id_);
}

StorageLevel Rdd::storage_level() const {
  const std::lock_guard lock(mutex_);
  return level_;
}

void Rdd::checkpoint() {
  if (!context_->checkpoint_dir()) {
    throw BadArgument("Checkpoint directory has not been set in the SparkContext");
  }
  context_->expect_checkpoints();
  const std::lock_guard lock(mutex_);
  if (checkpoint_kind_ == CheckpointKind::none) checkpoint_kind_ = CheckpointKind::reliable;
}

void Rdd::local_checkpoint() {
  context_->expect_checkpoints();
  const std::lock_guard lock(mutex_);
  if (checkpoint_kind_ == CheckpointKind::none) checkpoint_kind_ = CheckpointKind::local;
}

bool Rdd::is_checkpointed() const {
  const std::lock_guard lock(mutex_);
  return checkpointed_ != nullptr;
}

bool Rdd::is_locally_checkpointed() const {
  const std::lock_guard lock(mutex_);
  return checkpoint_kind_ == CheckpointKind::local;
}

std::optional<std::string> Rdd::checkpoint_path() const {
  const std::lock_guard lock(mutex_);
  return checkpoint_path_.empty() ? std::nullopt : std::optional(checkpoint_path_);
}

std::unique_ptr<runner::ByteSource> Rdd::open(std::size_t partition, TaskRun& task) {
  StorageLevel level;
  std::shared_ptr<Rdd> checkpointed;
  {
    const std::lock_guard lock(mutex_);
    level = level_;
    checkpointed = checkpointed_;
  }
  const auto fresh = [&] {
    return checkpointed ? checkpointed->open(partition, task) : compute(partition, task);
  };
  if (!level.valid()) return fresh();
  return context_->blocks().get_or_compute(id_, partition, level, fresh, task);
}

}  // namespace py4cpp::engine
