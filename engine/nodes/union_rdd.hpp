// SPDX-License-Identifier: Apache-2.0
//
// Unions: partitions one after the other, or, of parents that are partitioned alike, side by side.
#pragma once

#include <memory>
#include <vector>

#include "engine/rdd.hpp"

namespace py4cpp::engine {

/// All partitions of all parents, in order.
class UnionRdd final : public Rdd {
 public:
  UnionRdd(std::shared_ptr<Context> context, const std::vector<std::shared_ptr<Rdd>>& parents,
           std::string site = "union");

 protected:
  std::size_t count_partitions() const override;
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  const std::vector<std::shared_ptr<Rdd>> parents_;
};

/// Partition i is made of the parents' partitions i.
class PartitionerAwareUnionRdd final : public Rdd {
 public:
  /// All parents have the same partitioner.
  explicit PartitionerAwareUnionRdd(const std::vector<std::shared_ptr<Rdd>>& parents,
                                    std::string site = "union");
  std::optional<Partitioner> partitioner() const override { return parent().partitioner(); }

 protected:
  std::size_t count_partitions() const override { return parent().partition_count(); }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  const std::vector<std::shared_ptr<Rdd>> parents_;
};

/// `SparkContext.union`: parents without partitions are left out; partitioned alike, the rest is
/// put side by side.
std::shared_ptr<Rdd> make_union(const std::shared_ptr<Context>& context,
                                const std::vector<std::shared_ptr<Rdd>>& parents,
                                std::string site = "union");

}  // namespace py4cpp::engine
