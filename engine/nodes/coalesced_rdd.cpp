// SPDX-License-Identifier: Apache-2.0
//
// With a shuffle, results should agree with Spark's down to the partition, so the generator that
// Spark seeds with each partition's number is here too: a Murmur3 hash (seed 0x3c074a61) of the
// number makes the state of a 64-bit xor-shift.
#include "engine/nodes/coalesced_rdd.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

#include "engine/frames.hpp"
#include "engine/job_errors.hpp"
#include "engine/nodes/concatenation.hpp"
#include "engine/nodes/input_rdd.hpp"
#include "engine/nodes/shuffled_rdd.hpp"

namespace py4cpp::engine {
namespace {

/// Murmur3 (32 bit) of eight bytes that are read as two little endian words.
std::uint32_t murmur3(const std::array<std::uint32_t, 2>& words, std::uint32_t seed) {
  std::uint32_t hash = seed;
  for (std::uint32_t word : words) {
    word = std::rotl(word * 0xcc9e2d51U, 15) * 0x1b873593U;
    hash = std::rotl(hash ^ word, 13) * 5 + 0xe6546b64U;
  }
  hash ^= 8;  // bytes
  hash = (hash ^ hash >> 16) * 0x85ebca6bU;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35U;
  return hash ^ hash >> 16;
}

std::uint32_t byte_swapped(std::uint32_t value) {
  return value << 24 | (value & 0xff00U) << 8 | (value >> 8 & 0xff00U) | value >> 24;
}

/// 31 random bits at a time.
class XorShift {
 public:
  explicit XorShift(std::uint64_t seed) {
    // The number is hashed as eight big endian bytes.
    const std::array words{byte_swapped(static_cast<std::uint32_t>(seed >> 32)),
                           byte_swapped(static_cast<std::uint32_t>(seed))};
    const std::uint32_t low = murmur3(words, 0x3c074a61U);
    const std::uint32_t high = murmur3(words, low);
    state_ = std::uint64_t{high} << 32 | low;
  }

  std::uint32_t next() {
    state_ ^= state_ << 21;
    state_ ^= state_ >> 35;
    state_ ^= state_ << 4;
    return static_cast<std::uint32_t>(state_ & 0x7fffffffU);
  }

  /// A number below `bound`, all equally likely, as Java's `Random.nextInt(bound)` derives it.
  std::size_t below(std::uint32_t bound) {
    if (std::has_single_bit(bound)) return (std::uint64_t{bound} * next()) >> 31;
    for (;;) {
      const std::uint32_t bits = next();
      const std::uint32_t value = bits % bound;
      if (std::uint64_t{bits} - value + (bound - 1) <= 0x7fffffffU) return value;
    }
  }

 private:
  std::uint64_t state_ = 0;
};

void route_by_dealing(std::size_t map, runner::ByteSource& frames, ShuffleWriter& writer) {
  std::size_t partition = first_deal_position(map, writer.partitions());
  for (auto run = frames.next(); !run.empty(); run = frames.next()) {
    while (!run.empty()) {
      writer.add(partition, take_frame(run));
      partition = (partition + 1) % writer.partitions();
    }
  }
}

/// A node that only has a place in the lineage.
std::shared_ptr<Rdd> same_frames(std::shared_ptr<Rdd> parent, const std::string& site) {
  return std::make_shared<MapPartitionsRdd>(
      std::move(parent), site,
      [](std::size_t, std::unique_ptr<runner::ByteSource> frames, TaskRun&) { return frames; });
}

}  // namespace

std::size_t first_deal_position(std::size_t index, std::size_t partitions) {
  // The first frame goes to the partition after the one that was drawn.
  return (XorShift(index).below(static_cast<std::uint32_t>(partitions)) + 1) % partitions;
}

CoalescedRdd::CoalescedRdd(std::shared_ptr<Rdd> parent, std::size_t partitions_max,
                           std::string site)
    : Rdd(parent->shared_context(), {"CoalescedRDD", std::move(site)}, {{parent}}),
      partitions_max_(partitions_max) {
  if (partitions_max == 0) throw BadArgument("Number of partitions (0) must be positive.");
}

std::optional<Partitioner> CoalescedRdd::partitioner() const {
  return partition_count() == parent().partition_count() ? parent().partitioner() : std::nullopt;
}

std::size_t CoalescedRdd::count_partitions() const {
  return std::min(partitions_max_, parent().partition_count());
}

std::unique_ptr<runner::ByteSource> CoalescedRdd::compute(std::size_t partition, TaskRun& task) {
  const std::size_t parents = parent().partition_count();
  const std::size_t end = (partition + 1) * parents / partition_count();
  std::vector<PartitionOf> parts;
  for (std::size_t at = partition * parents / partition_count(); at < end; ++at) {
    parts.push_back({&parent(), at});
  }
  return std::make_unique<Concatenation>(std::move(parts), task);
}

std::shared_ptr<Rdd> make_coalesce(std::shared_ptr<Rdd> parent, std::size_t partitions,
                                   bool shuffle, const std::string& site) {
  if (partitions == 0) throw BadArgument("Number of partitions (0) must be positive.");
  if (!shuffle) return std::make_shared<CoalescedRdd>(std::move(parent), partitions, site);
  auto dealt = std::make_shared<ShuffledRdd>(same_frames(std::move(parent), site), partitions,
                                             route_by_dealing, site);
  return same_frames(std::make_shared<CoalescedRdd>(std::move(dealt), partitions, site), site);
}

}  // namespace py4cpp::engine
