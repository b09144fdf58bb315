// SPDX-License-Identifier: Apache-2.0
//
// Several partitions read as one.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "engine/rdd.hpp"
#include "engine/task_run.hpp"

namespace py4cpp::engine {

struct PartitionOf {
  Rdd* rdd = nullptr;  // outlives the task
  std::size_t partition = 0;
};

/// Opens each partition only when the one before it has ended: one worker at a time.
class Concatenation final : public runner::ByteSource {
 public:
  Concatenation(std::vector<PartitionOf> parts, TaskRun& task)
      : parts_(std::move(parts)), task_(task) {}

  std::span<const std::byte> next() override {
    for (;;) {
      if (source_) {
        const auto frames = source_->next();
        if (!frames.empty()) return frames;
        source_.reset();
      }
      if (next_ == parts_.size()) return {};
      source_ = parts_[next_].rdd->open(parts_[next_].partition, task_);
      ++next_;
    }
  }

 private:
  const std::vector<PartitionOf> parts_;
  TaskRun& task_;
  std::size_t next_ = 0;
  std::unique_ptr<runner::ByteSource> source_;
};

}  // namespace py4cpp::engine
