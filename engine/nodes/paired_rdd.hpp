// SPDX-License-Identifier: Apache-2.0
//
// Nodes that make pairs of two parents: a frame of the left one, then a frame of the right one.
#pragma once

#include <memory>

#include "engine/rdd.hpp"

namespace py4cpp::engine {

/// Every frame of the left with every frame of the right; a partition for each pair of partitions.
class CartesianRdd final : public Rdd {
 public:
  CartesianRdd(std::shared_ptr<Rdd> left, std::shared_ptr<Rdd> right,
               std::string site = "cartesian");

 protected:
  std::size_t count_partitions() const override;
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;
};

/// The n-th frame of the left with the n-th of the right. A task fails when one has more.
class ZippedRdd final : public Rdd {
 public:
  /// Throws BadArgument when the parents' numbers of partitions differ.
  ZippedRdd(std::shared_ptr<Rdd> left, std::shared_ptr<Rdd> right, std::string site = "zip");

 protected:
  std::size_t count_partitions() const override { return parent().partition_count(); }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;
};

}  // namespace py4cpp::engine
