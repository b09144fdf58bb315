// SPDX-License-Identifier: Apache-2.0
//
// Data from outside: text files, whole files, rows. What and how is the input's business.
#pragma once

#include <functional>
#include <memory>

#include "engine/rdd.hpp"

namespace py4cpp::engine {

/// Partitions that can be read. Called from any thread.
struct Input {
  /// How many partitions there are; asked for once, when somebody needs it. May throw.
  std::function<std::size_t()> count_partitions;
  /// The frames of one partition, read on a task's thread. May throw, here and later.
  std::function<std::unique_ptr<runner::ByteSource>(std::size_t partition, TaskRun& task)> open;
};

class InputRdd final : public Rdd {
 public:
  InputRdd(std::shared_ptr<Context> context, RddLabel label, Input input);

 protected:
  std::size_t count_partitions() const override;
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  const Input input_;
};

/// Changes each partition's frames on the way, in C++: one partition in, one out.
class MapPartitionsRdd final : public Rdd {
 public:
  using Function = std::function<std::unique_ptr<runner::ByteSource>(
      std::size_t partition, std::unique_ptr<runner::ByteSource> frames, TaskRun& task)>;

  MapPartitionsRdd(std::shared_ptr<Rdd> parent, std::string site, Function function,
                   bool preserves_partitioning = false);
  std::optional<Partitioner> partitioner() const override;

 protected:
  std::size_t count_partitions() const override { return parent().partition_count(); }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  const Function function_;
  const bool preserves_partitioning_;
};

}  // namespace py4cpp::engine
