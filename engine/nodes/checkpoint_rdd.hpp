// SPDX-License-Identifier: Apache-2.0
//
// Nodes that stand for what a checkpoint kept: files, or blocks of this context.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/rdd.hpp"
#include "engine/storage/block.hpp"

namespace py4cpp::engine {

class CheckpointRdd final : public Rdd {
 public:
  /// Reads `directory`'s `part-NNNNN` files, each of them frames. Throws Error that names the
  /// folder when it is not there or a part is missing.
  CheckpointRdd(std::shared_ptr<Context> context, std::filesystem::path directory,
                std::optional<Partitioner> partitioner = {}, std::string site = "checkpoint");
  std::optional<Partitioner> partitioner() const override { return partitioner_; }

 protected:
  std::size_t count_partitions() const override { return parts_; }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  const std::filesystem::path directory_;
  const std::optional<Partitioner> partitioner_;
  std::size_t parts_ = 0;
};

/// A node whose partitions were kept as blocks.
class BlocksRdd final : public Rdd {
 public:
  BlocksRdd(std::shared_ptr<Context> context, std::vector<Block> blocks,
            std::optional<Partitioner> partitioner = {}, std::string site = "localCheckpoint");
  std::optional<Partitioner> partitioner() const override { return partitioner_; }

 protected:
  std::size_t count_partitions() const override { return blocks_.size(); }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  const std::vector<Block> blocks_;
  const std::optional<Partitioner> partitioner_;
};

/// The name of a partition's file, "part-00002".
std::string part_name(std::size_t partition);

}  // namespace py4cpp::engine
