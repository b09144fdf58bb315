// SPDX-License-Identifier: Apache-2.0
//
// A Python function over each partition of the parent, run by a worker. The function may be a chain
// of many that the driver put together; it is opaque here.
#pragma once

#include <memory>

#include "engine/rdd.hpp"
#include "runner/python_function.hpp"

namespace py4cpp::engine {

class PythonRdd final : public Rdd {
 public:
  PythonRdd(std::shared_ptr<Rdd> parent, runner::PythonFunction function,
            bool preserves_partitioning, bool barrier = false,
            std::string site = "RDD at PythonRDD.scala");

  std::optional<Partitioner> partitioner() const override;

 protected:
  std::size_t count_partitions() const override { return parent().partition_count(); }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  const runner::PythonFunction function_;
  const bool preserves_partitioning_;
};

}  // namespace py4cpp::engine
