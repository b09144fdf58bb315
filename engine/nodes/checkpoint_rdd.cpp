// SPDX-License-Identifier: Apache-2.0
//
// A part file holds a partition's frames, nothing else.
#include "engine/nodes/checkpoint_rdd.hpp"

#include <utility>

#include "base/error.hpp"
#include "engine/storage/file_source.hpp"

namespace py4cpp::engine {
namespace fs = std::filesystem;

std::string part_name(std::size_t partition) {
  std::string digits = std::to_string(partition);
  digits.insert(0, digits.size() < 5 ? 5 - digits.size() : 0, '0');
  return "part-" + digits;
}

CheckpointRdd::CheckpointRdd(std::shared_ptr<Context> context, fs::path directory,
                             std::optional<Partitioner> partitioner, std::string site)
    : Rdd(std::move(context), {"ReliableCheckpointRDD", std::move(site)}, {}),
      directory_(std::move(directory)),
      partitioner_(partitioner) {
  if (!fs::is_directory(directory_)) {
    throw Error("Checkpoint directory does not exist: " + directory_.string());
  }
  for (const auto& entry : fs::directory_iterator(directory_)) {
    if (entry.path().filename().string().starts_with("part-")) ++parts_;
  }
  for (std::size_t part = 0; part < parts_; ++part) {
    if (!fs::exists(directory_ / part_name(part))) {
      throw Error("Invalid checkpoint file: " + (directory_ / part_name(part)).string() +
                  " is not there");
    }
  }
}

std::unique_ptr<runner::ByteSource> CheckpointRdd::compute(std::size_t partition, TaskRun&) {
  const fs::path part = directory_ / part_name(partition);
  std::error_code error;
  const auto bytes = fs::file_size(part, error);
  if (error) throw Error("cannot read " + part.string() + ": " + error.message());
  return std::make_unique<FileSource>(part.string(), 0, bytes);
}

BlocksRdd::BlocksRdd(std::shared_ptr<Context> context, std::vector<Block> blocks,
                     std::optional<Partitioner> partitioner, std::string site)
    : Rdd(std::move(context), {"LocalCheckpointRDD", std::move(site)}, {}),
      blocks_(std::move(blocks)),
      partitioner_(partitioner) {}

std::unique_ptr<runner::ByteSource> BlocksRdd::compute(std::size_t partition, TaskRun&) {
  return blocks_[partition].open();
}

}  // namespace py4cpp::engine
