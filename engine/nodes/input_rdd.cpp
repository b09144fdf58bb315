// SPDX-License-Identifier: Apache-2.0
//
// Two nodes that are no more than a function with a place in the lineage.
#include "engine/nodes/input_rdd.hpp"

#include <utility>

namespace py4cpp::engine {

InputRdd::InputRdd(std::shared_ptr<Context> context, RddLabel label, Input input)
    : Rdd(std::move(context), std::move(label), {}), input_(std::move(input)) {}

std::size_t InputRdd::count_partitions() const { return input_.count_partitions(); }

std::unique_ptr<runner::ByteSource> InputRdd::compute(std::size_t partition, TaskRun& task) {
  return input_.open(partition, task);
}

MapPartitionsRdd::MapPartitionsRdd(std::shared_ptr<Rdd> parent, std::string site, Function function,
                                   bool preserves_partitioning)
    : Rdd(parent->shared_context(), {"MapPartitionsRDD", std::move(site)}, {{parent}}),
      function_(std::move(function)),
      preserves_partitioning_(preserves_partitioning) {}

std::optional<Partitioner> MapPartitionsRdd::partitioner() const {
  return preserves_partitioning_ ? parent().partitioner() : std::nullopt;
}

std::unique_ptr<runner::ByteSource> MapPartitionsRdd::compute(std::size_t partition,
                                                              TaskRun& task) {
  return function_(partition, parent().open(partition, task), task);
}

}  // namespace py4cpp::engine
