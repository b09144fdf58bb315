// SPDX-License-Identifier: Apache-2.0
//
// The parent's frames go into a worker, the function's come out.
#include "engine/nodes/python_rdd.hpp"

#include <utility>

#include "engine/context.hpp"

namespace py4cpp::engine {

PythonRdd::PythonRdd(std::shared_ptr<Rdd> parent, runner::PythonFunction function,
                     bool preserves_partitioning, bool barrier, std::string site)
    : Rdd(parent->shared_context(), {"PythonRDD", std::move(site)}, {{parent}}, barrier),
      function_(std::move(function)),
      preserves_partitioning_(preserves_partitioning) {}

std::optional<Partitioner> PythonRdd::partitioner() const {
  return preserves_partitioning_ ? parent().partitioner() : std::nullopt;
}

std::unique_ptr<runner::ByteSource> PythonRdd::compute(std::size_t partition, TaskRun& task) {
  return context().function_runner().run(function_, partition, parent().open(partition, task),
                                         task);
}

}  // namespace py4cpp::engine
