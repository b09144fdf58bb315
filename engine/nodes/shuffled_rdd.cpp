// SPDX-License-Identifier: Apache-2.0
//
// Neighbouring pairs for the same partition are rare (Python has grouped them already), so each
// value is handed to the writer by itself, without a copy on the way.
#include "engine/nodes/shuffled_rdd.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/context.hpp"
#include "engine/frames.hpp"
#include "engine/job_errors.hpp"
#include "engine/storage/shuffle.hpp"

namespace py4cpp::engine {
namespace {

/// The partition of a key frame: its low 32 bits, modulo the number of partitions.
std::size_t partition_of(std::span<const std::byte> key, std::size_t partitions) {
  if (key.size() == frame_header_bytes) return 0;  // null
  if (key.size() != frame_header_bytes + 8) {
    throw Error("a shuffle key has " + std::to_string(key.size() - frame_header_bytes) +
                " bytes in place of 8");
  }
  const auto number =
      static_cast<std::int32_t>(read_u64(key.data() + frame_header_bytes) & 0xffffffffU);
  const auto modulus = static_cast<std::int64_t>(partitions);
  const std::int64_t rest = number % modulus;
  return static_cast<std::size_t>(rest < 0 ? rest + modulus : rest);
}

void route_by_key(std::size_t, runner::ByteSource& frames, ShuffleWriter& writer) {
  bool key_read = false;  // a key whose value may only come with the next run
  std::size_t partition = 0;
  for (auto run = frames.next(); !run.empty(); run = frames.next()) {
    while (!run.empty()) {
      const auto frame = take_frame(run);
      if (key_read) {
        writer.add(partition, frame);
      } else {
        partition = partition_of(frame, writer.partitions());
      }
      key_read = !key_read;
    }
  }
  if (key_read) throw Error("the data ends between a shuffle key and its value");
}

/// Every second frame of a source of pairs.
class Values final : public runner::ByteSource {
 public:
  explicit Values(std::unique_ptr<runner::ByteSource> pairs) : pairs_(std::move(pairs)) {}

  std::span<const std::byte> next() override {
    if (pairs_.next().empty()) return {};
    const auto value = pairs_.next();
    if (value.empty()) throw Error("the data ends between a key and its value");
    return value;
  }

 private:
  FrameReader pairs_;
};

/// Puts the partition's number before each value.
class KeyedValues final : public runner::ByteSource {
 public:
  KeyedValues(std::unique_ptr<runner::ByteSource> values, std::size_t partition)
      : values_(std::move(values)) {
    const auto length = big_endian(8);
    const auto number = big_endian(static_cast<std::uint32_t>(partition));
    std::copy(length.begin(), length.end(), key_.begin());
    std::copy(number.begin(), number.end(), key_.end() - 4);
  }

  std::span<const std::byte> next() override {
    const auto value = values_.next();
    if (value.empty()) return {};
    pair_.assign(key_.begin(), key_.end());
    pair_.insert(pair_.end(), value.begin(), value.end());
    return pair_;
  }

 private:
  FrameReader values_;
  std::array<std::byte, frame_header_bytes + 8> key_{};
  runner::Bytes pair_;
};

}  // namespace

PairwiseRdd::PairwiseRdd(std::shared_ptr<Rdd> parent, std::string site)
    : Rdd(parent->shared_context(), {"PairwiseRDD", std::move(site)}, {{parent}}) {}

std::unique_ptr<runner::ByteSource> PairwiseRdd::compute(std::size_t partition, TaskRun& task) {
  return parent().open(partition, task);
}

ShuffledRdd::ShuffledRdd(const std::shared_ptr<Rdd>& pairs, Partitioner partitioner,
                         std::string site)
    : ShuffledRdd(pairs, partitioner, std::move(site),
                  std::make_shared<Shuffle>(pairs->context().next_shuffle_id(),
                                            partitioner.partition_count, route_by_key)) {}

ShuffledRdd::ShuffledRdd(const std::shared_ptr<Rdd>& frames, std::size_t partitions,
                         ShuffleRoute route, std::string site)
    : ShuffledRdd(frames, std::nullopt, std::move(site),
                  std::make_shared<Shuffle>(frames->context().next_shuffle_id(), partitions,
                                            std::move(route))) {}

ShuffledRdd::ShuffledRdd(const std::shared_ptr<Rdd>& frames, std::optional<Partitioner> partitioner,
                         std::string site, std::shared_ptr<Shuffle> shuffle)
    : Rdd(frames->shared_context(), {"ShuffledRDD", std::move(site)}, {{frames, shuffle}}),
      partitioner_(partitioner),
      shuffle_(std::move(shuffle)) {
  context().register_shuffle(shuffle_);
}

std::unique_ptr<runner::ByteSource> ShuffledRdd::open_values(std::size_t partition) const {
  return shuffle_->open(partition);
}

std::unique_ptr<runner::ByteSource> ShuffledRdd::compute(std::size_t partition, TaskRun&) {
  if (!partitioner_) return open_values(partition);
  return std::make_unique<KeyedValues>(open_values(partition), partition);
}

ValueOfPairRdd::ValueOfPairRdd(std::shared_ptr<Rdd> pairs, std::string site)
    : Rdd(pairs->shared_context(), {"MapPartitionsRDD", std::move(site)}, {{pairs}}) {}

std::unique_ptr<runner::ByteSource> ValueOfPairRdd::compute(std::size_t partition, TaskRun& task) {
  const auto* shuffled = dynamic_cast<const ShuffledRdd*>(&parent());
  // The usual case by far: the keys need not be made at all.
  if (shuffled && !shuffled->storage_level().valid() && !shuffled->is_checkpointed()) {
    return shuffled->open_values(partition);
  }
  return std::make_unique<Values>(parent().open(partition, task));
}

std::shared_ptr<Rdd> partition_by(std::shared_ptr<Rdd> pairs, Partitioner partitioner,
                                  std::string site) {
  if (partitioner.partition_count == 0) {
    throw BadArgument("Number of partitions cannot be 0 for a partitioner of pairs.");
  }
  if (pairs->partitioner() == partitioner) return pairs;
  return std::make_shared<ShuffledRdd>(pairs, partitioner, std::move(site));
}

}  // namespace py4cpp::engine
