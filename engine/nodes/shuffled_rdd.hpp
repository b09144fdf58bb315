// SPDX-License-Identifier: Apache-2.0
//
// The three nodes of PySpark's `partitionBy`. Python makes pairs of frames, the partition's number
// (8 bytes) and a pickled batch; the shuffle sends each batch to its partition.
#pragma once

#include <memory>

#include "engine/rdd.hpp"
#include "engine/storage/shuffle.hpp"

namespace py4cpp::engine {

/// Says that the parent's frames come in pairs of key and value.
class PairwiseRdd final : public Rdd {
 public:
  explicit PairwiseRdd(std::shared_ptr<Rdd> parent, std::string site = "RDD at PythonRDD.scala");
  std::optional<Partitioner> partitioner() const override { return parent().partitioner(); }

 protected:
  std::size_t count_partitions() const override { return parent().partition_count(); }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;
};

/// Pairs by partition. Keys are only read to find the partition: a shuffled pair's key is always
/// its partition's number (8 bytes), which is what Python had sent.
class ShuffledRdd final : public Rdd {
 public:
  ShuffledRdd(const std::shared_ptr<Rdd>& pairs, Partitioner partitioner,
              std::string site = "partitionBy");
  /// Frames of any kind, without keys, sent where `route` wants them.
  ShuffledRdd(const std::shared_ptr<Rdd>& frames, std::size_t partitions, ShuffleRoute route,
              std::string site);

  std::optional<Partitioner> partitioner() const override { return partitioner_; }

  /// The partition's values without their keys, in the order of the map tasks.
  std::unique_ptr<runner::ByteSource> open_values(std::size_t partition) const;

 protected:
  std::size_t count_partitions() const override { return shuffle_->partitions(); }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  ShuffledRdd(const std::shared_ptr<Rdd>& frames, std::optional<Partitioner> partitioner,
              std::string site, std::shared_ptr<Shuffle> shuffle);

  const std::optional<Partitioner> partitioner_;  // none: frames without keys
  std::shared_ptr<Shuffle> shuffle_;
};

/// The values of pairs.
class ValueOfPairRdd final : public Rdd {
 public:
  explicit ValueOfPairRdd(std::shared_ptr<Rdd> pairs,
                          std::string site = "mapPartitions at PythonRDD.scala");
  std::optional<Partitioner> partitioner() const override { return parent().partitioner(); }

 protected:
  std::size_t count_partitions() const override { return parent().partition_count(); }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;
};

/// `JavaPairRDD.partitionBy`: the pairs themselves when they are partitioned that way already.
/// Throws BadArgument for a partitioner without partitions.
std::shared_ptr<Rdd> partition_by(std::shared_ptr<Rdd> pairs, Partitioner partitioner,
                                  std::string site = "partitionBy");

}  // namespace py4cpp::engine
