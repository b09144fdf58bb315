// SPDX-License-Identifier: Apache-2.0
//
// `coalesce`: fewer partitions by putting neighbours together, or any number with a shuffle.
#pragma once

#include <memory>

#include "engine/rdd.hpp"

namespace py4cpp::engine {

/// Partition i of n takes the parent's partitions from i * count / n on.
class CoalescedRdd final : public Rdd {
 public:
  CoalescedRdd(std::shared_ptr<Rdd> parent, std::size_t partitions_max,
               std::string site = "coalesce");
  std::optional<Partitioner> partitioner() const override;

 protected:
  std::size_t count_partitions() const override;
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  const std::size_t partitions_max_;
};

/// `RDD.coalesce`. With a shuffle, each parent partition deals its frames out one by one, starting
/// at the partition that Spark's generator chooses, so that results agree with Spark's. Throws
/// BadArgument for 0 partitions.
std::shared_ptr<Rdd> make_coalesce(std::shared_ptr<Rdd> parent, std::size_t partitions,
                                   bool shuffle, const std::string& site = "coalesce");

/// The partition that takes the first frame of parent partition `index`.
std::size_t first_deal_position(std::size_t index, std::size_t partitions);

}  // namespace py4cpp::engine
