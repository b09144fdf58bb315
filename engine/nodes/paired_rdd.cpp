// SPDX-License-Identifier: Apache-2.0
//
// Pairs of frames of two parents. The right side of a product is read once for each frame of the
// left one, so it is computed once and kept.
#include "engine/nodes/paired_rdd.hpp"

#include <utility>

#include "engine/context.hpp"
#include "engine/frames.hpp"
#include "engine/job_errors.hpp"
#include "engine/storage/block.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

void put_pair(runner::Bytes& pair, std::span<const std::byte> left,
              std::span<const std::byte> right) {
  pair.assign(left.begin(), left.end());
  pair.insert(pair.end(), right.begin(), right.end());
}

class Product final : public runner::ByteSource {
 public:
  Product(std::unique_ptr<runner::ByteSource> left, Block right)
      : left_(std::move(left)), right_block_(std::move(right)) {}

  std::span<const std::byte> next() override {
    if (right_block_.empty()) return {};
    for (;;) {
      if (right_) {
        const auto right = right_->next();
        if (!right.empty()) {
          put_pair(pair_, left_frame_, right);
          return pair_;
        }
        right_.reset();
      }
      left_frame_ = left_.next();
      if (left_frame_.empty()) return {};
      right_.emplace(right_block_.open());
    }
  }

 private:
  FrameReader left_;
  std::span<const std::byte> left_frame_;
  const Block right_block_;
  std::optional<FrameReader> right_;
  runner::Bytes pair_;
};

class Zip final : public runner::ByteSource {
 public:
  Zip(std::unique_ptr<runner::ByteSource> left, std::unique_ptr<runner::ByteSource> right)
      : left_(std::move(left)), right_(std::move(right)) {}

  std::span<const std::byte> next() override {
    const auto left = left_.next();
    const auto right = right_.next();
    if (left.empty() != right.empty()) {
      throw NamedError("org.apache.spark.SparkException",
                       "Can only zip RDDs with same number of elements in each partition");
    }
    if (left.empty()) return {};
    put_pair(pair_, left, right);
    return pair_;
  }

 private:
  FrameReader left_;
  FrameReader right_;
  runner::Bytes pair_;
};

}  // namespace

CartesianRdd::CartesianRdd(std::shared_ptr<Rdd> left, std::shared_ptr<Rdd> right, std::string site)
    : Rdd(left->shared_context(), {"CartesianRDD", std::move(site)}, {{left}, {right}}) {}

std::size_t CartesianRdd::count_partitions() const {
  return parent(0).partition_count() * parent(1).partition_count();
}

std::unique_ptr<runner::ByteSource> CartesianRdd::compute(std::size_t partition, TaskRun& task) {
  const std::size_t rights = parent(1).partition_count();
  const auto right = parent(1).open(partition % rights, task);
  Block block = collect_block(*right, &context().result_memory(), context().disk());
  return std::make_unique<Product>(parent(0).open(partition / rights, task), std::move(block));
}

ZippedRdd::ZippedRdd(std::shared_ptr<Rdd> left, std::shared_ptr<Rdd> right, std::string site)
    : Rdd(left->shared_context(), {"ZippedPartitionsRDD2", std::move(site)}, {{left}, {right}}) {
  if (left->partition_count() != right->partition_count()) {
    throw BadArgument("Can't zip RDDs with unequal numbers of partitions: List(" +
                      std::to_string(left->partition_count()) + ", " +
                      std::to_string(right->partition_count()) + ")");
  }
}

std::unique_ptr<runner::ByteSource> ZippedRdd::compute(std::size_t partition, TaskRun& task) {
  return std::make_unique<Zip>(parent(0).open(partition, task), parent(1).open(partition, task));
}

}  // namespace py4cpp::engine
