// SPDX-License-Identifier: Apache-2.0
//
// Frames of several parents, one source after the other.
#include "engine/nodes/union_rdd.hpp"

#include <algorithm>
#include <utility>

#include "engine/nodes/concatenation.hpp"

namespace py4cpp::engine {
namespace {

std::vector<Dependency> narrow(const std::vector<std::shared_ptr<Rdd>>& parents) {
  std::vector<Dependency> edges;
  edges.reserve(parents.size());
  for (const auto& parent : parents) edges.push_back({parent});
  return edges;
}

}  // namespace

UnionRdd::UnionRdd(std::shared_ptr<Context> context,
                   const std::vector<std::shared_ptr<Rdd>>& parents, std::string site)
    : Rdd(std::move(context), {"UnionRDD", std::move(site)}, narrow(parents)), parents_(parents) {}

std::size_t UnionRdd::count_partitions() const {
  std::size_t count = 0;
  for (const auto& rdd : parents_) count += rdd->partition_count();
  return count;
}

std::unique_ptr<runner::ByteSource> UnionRdd::compute(std::size_t partition, TaskRun& task) {
  for (const auto& rdd : parents_) {
    if (partition < rdd->partition_count()) return rdd->open(partition, task);
    partition -= rdd->partition_count();
  }
  throw Error("a union has no partition " + std::to_string(partition));
}

PartitionerAwareUnionRdd::PartitionerAwareUnionRdd(const std::vector<std::shared_ptr<Rdd>>& parents,
                                                   std::string site)
    : Rdd(parents.at(0)->shared_context(), {"PartitionerAwareUnionRDD", std::move(site)},
          narrow(parents)),
      parents_(parents) {}

std::unique_ptr<runner::ByteSource> PartitionerAwareUnionRdd::compute(std::size_t partition,
                                                                      TaskRun& task) {
  std::vector<PartitionOf> parts;
  for (const auto& rdd : parents_) parts.push_back({rdd.get(), partition});
  return std::make_unique<Concatenation>(std::move(parts), task);
}

std::shared_ptr<Rdd> make_union(const std::shared_ptr<Context>& context,
                                const std::vector<std::shared_ptr<Rdd>>& parents,
                                std::string site) {
  std::vector<std::shared_ptr<Rdd>> filled;
  std::copy_if(parents.begin(), parents.end(), std::back_inserter(filled),
               [](const auto& rdd) { return rdd->partition_count() > 0; });
  const bool alike = !filled.empty() && filled.front()->partitioner() &&
                     std::all_of(filled.begin(), filled.end(), [&](const auto& rdd) {
                       return rdd->partitioner() == filled.front()->partitioner();
                     });
  if (alike) return std::make_shared<PartitionerAwareUnionRdd>(filled, std::move(site));
  return std::make_shared<UnionRdd>(context, filled, std::move(site));
}

}  // namespace py4cpp::engine
