// SPDX-License-Identifier: Apache-2.0
//
// How often something took how long: a histogram whose buckets double, and the counter behind it.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace py4cpp {

/// A value. Bucket 0 counts what took less than `first_ns` (a power of two), each further bucket
/// what took less than twice as long as the one before; the last has no upper bound.
template <std::int64_t first_ns, std::size_t buckets>
struct Histogram {
  static_assert(std::has_single_bit(static_cast<std::uint64_t>(first_ns)),
                "the first bound of a Histogram is a power of two");

  static constexpr std::size_t bucket_count = buckets;
  static constexpr std::chrono::nanoseconds upper_bound(std::size_t index) {
    return std::chrono::nanoseconds(first_ns << index);
  }

  std::array<std::uint64_t, bucket_count> counts{};
  std::chrono::nanoseconds total{};

  std::uint64_t count() const {
    std::uint64_t sum = 0;
    for (const auto count : counts) sum += count;
    return sum;
  }

  Histogram& operator+=(const Histogram& other) {
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
    total += other.total;
    return *this;
  }

  static constexpr std::size_t bucket_of(std::chrono::nanoseconds duration) {
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
    const auto width = static_cast<std::size_t>(std::bit_width(ns));
    constexpr auto first =
        static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(first_ns) - 1));
    return std::min(width > first ? width - first : 0, bucket_count - 1);
  }
};

/// Counts durations into a histogram, with relaxed atomics: each number is right, and nothing is
/// said about their order. Any thread.
template <class Snapshot>
class HistogramCounter {
 public:
  void add(std::chrono::nanoseconds duration) noexcept {
    counts_[Snapshot::bucket_of(duration)].fetch_add(1, std::memory_order_relaxed);
    total_ns_.fetch_add(duration.count(), std::memory_order_relaxed);
  }

  Snapshot histogram() const {
    Snapshot result;
    for (std::size_t i = 0; i < result.counts.size(); ++i)
      result.counts[i] = counts_[i].load(std::memory_order_relaxed);
    result.total = std::chrono::nanoseconds(total_ns_.load(std::memory_order_relaxed));
    return result;
  }

 private:
  std::array<std::atomic<std::uint64_t>, Snapshot::bucket_count> counts_{};
  std::atomic<std::int64_t> total_ns_ = 0;
};

}  // namespace py4cpp
