// SPDX-License-Identifier: Apache-2.0
//
// A reliable checkpoint is a folder of part files; a local one is blocks that live as long as the
// node. Either becomes a node that takes the place of the lineage.
#include "engine/checkpoints.hpp"

#include <filesystem>
#include <numeric>

#include "base/error.hpp"
#include "engine/io/output_folder.hpp"
#include "engine/nodes/checkpoint_rdd.hpp"
#include "engine/scheduler/lineage.hpp"

namespace py4cpp::engine {
namespace fs = std::filesystem;
namespace {

void write_part(const fs::path& folder, runner::ByteSource& frames, const TaskRun& task) {
  const auto& identity = task.identity();
  const fs::path part = folder / part_name(static_cast<std::size_t>(identity.partition_id));
  const fs::path attempt =
      folder / ("." + part.filename().string() + "-" + std::to_string(identity.task_attempt_id));
  try {
    OutputFile out(attempt);
    for (auto run = frames.next(); !run.empty(); run = frames.next()) out.write(run);
    out.close();
    fs::rename(attempt, part);
  } catch (...) {
    std::error_code ignored;
    fs::remove(attempt, ignored);
    throw;
  }
}

std::vector<std::size_t> all_partitions(const Rdd& rdd) {
  std::vector<std::size_t> partitions(rdd.partition_count());
  std::iota(partitions.begin(), partitions.end(), std::size_t{0});
  return partitions;
}

}  // namespace

bool Checkpoints::marked(const Rdd& rdd) {
  const std::lock_guard lock(rdd.mutex_);
  return rdd.checkpoint_kind_ != Rdd::CheckpointKind::none && !rdd.checkpointed_;
}

void Checkpoints::write_marked(const std::shared_ptr<Rdd>& rdd, const Properties& properties) {
  for (const auto& node : all_ancestors(rdd)) {
    if (marked(*node)) write(node, properties);
  }
}

std::vector<Block> Checkpoints::collect(const std::shared_ptr<Rdd>& rdd,
                                        const Properties& properties) {
  std::vector<Block> blocks(rdd->partition_count());
  rdd->context().run_plain_job(
      rdd, all_partitions(*rdd), properties,
      [&](std::size_t index, Block block) { blocks[index] = std::move(block); }, {});
  return blocks;
}

void Checkpoints::write(const std::shared_ptr<Rdd>& rdd, const Properties& properties) {
  const auto context = rdd->shared_context();
  std::shared_ptr<Rdd> replacement;
  std::string path;
  if (rdd->is_locally_checkpointed()) {
    replacement =
        std::make_shared<BlocksRdd>(context, collect(rdd, properties), rdd->partitioner());
  } else {
    const std::string name = std::string("rdd-").append(std::to_string(rdd->id()));
    const fs::path folder = fs::path(context->checkpoint_dir().value_or("")) / name;
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw Error("cannot make " + folder.string() + ": " + error.message());
    context->run_plain_job(rdd, all_partitions(*rdd), properties, {},
                           [&folder](runner::ByteSource& frames, TaskRun& task) {
                             write_part(folder, frames, task);
                             return Block();
                           });
    replacement = std::make_shared<CheckpointRdd>(context, folder, rdd->partitioner());
    path = folder.string();
  }
  const std::lock_guard lock(rdd->mutex_);
  rdd->checkpointed_ = std::move(replacement);
  rdd->checkpoint_path_ = std::move(path);
}

}  // namespace py4cpp::engine
