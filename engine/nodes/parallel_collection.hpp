// SPDX-License-Identifier: Apache-2.0
//
// `sc.parallelize`: batches that the driver pickled into a file, cut into partitions.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/rdd.hpp"

namespace py4cpp::engine {

class ParallelCollectionRdd final : public Rdd {
 public:
  /// Reads the frames of `file` now; the file may be removed afterwards. Partition i holds the
  /// frames from i * frames / slices on. Throws Error that names the file when it cannot be read or
  /// holds half a frame, and BadArgument without a slice.
  ParallelCollectionRdd(std::shared_ptr<Context> context, const std::filesystem::path& file,
                        std::size_t slices, std::string site = "readRDDFromFile");
  ~ParallelCollectionRdd() override;

  /// Larger files stay open on disk in place of being kept in memory.
  static constexpr std::uint64_t memory_bytes_max = std::uint64_t{1} << 20;

 protected:
  std::size_t count_partitions() const override { return slices_; }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;

 private:
  class Frames;
  std::shared_ptr<const Frames> frames_;
  std::size_t slices_;
};

/// An RDD without partitions.
class EmptyRdd final : public Rdd {
 public:
  explicit EmptyRdd(std::shared_ptr<Context> context, std::string site = "emptyRDD");

 protected:
  std::size_t count_partitions() const override { return 0; }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override;
};

}  // namespace py4cpp::engine
