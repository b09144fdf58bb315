// SPDX-License-Identifier: Apache-2.0
//
// The counters behind metrics.hpp. All of them are relaxed atomics: each number is right, and
// nothing is said about their order.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <string_view>

#include "gateway/metrics.hpp"

namespace py4cpp {

/// Counts durations, and how many of them ended in a failure. Any thread.
class LatencyCounter {
 public:
  void add(std::chrono::nanoseconds duration, bool failed) noexcept {
    durations_.add(duration);
    if (failed) failures_.fetch_add(1, std::memory_order_relaxed);
  }
  LatencyHistogram histogram() const { return durations_.histogram(); }
  std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }

 private:
  HistogramCounter<LatencyHistogram> durations_;
  std::atomic<std::uint64_t> failures_ = 0;
};

/// A counter for each bound function that is called. Any thread; finding a counter takes no lock.
class CallMetrics {
 public:
  /// Functions that are told apart; what is called first once all places are taken is not counted.
  static constexpr std::size_t functions_max = 3072;

  CallMetrics() = default;
  ~CallMetrics();
  CallMetrics(const CallMetrics&) = delete;
  CallMetrics& operator=(const CallMetrics&) = delete;

  /// The counter of `function`, which is only an identity; null when there is no room. The names
  /// are used the first time.
  LatencyCounter* counter(const void* function, std::string_view class_name,
                          std::string_view method) noexcept;
  /// Functions of the same name together, sorted.
  std::vector<MethodMetrics> snapshot() const;

 private:
  struct Entry;
  /// More than `functions_max` and all threads that may add at one time, so that one is always
  /// free.
  static constexpr std::size_t places = 8192;

  std::array<std::atomic<Entry*>, places> table_{};
  std::atomic<std::size_t> used_ = 0;
};

/// Connections that were refused, by reason. Any thread.
class RefusalCounters {
 public:
  void add(Refusal refusal) noexcept {
    counts_[static_cast<std::size_t>(refusal)].fetch_add(1, std::memory_order_relaxed);
  }
  std::array<std::uint64_t, refusal_count> snapshot() const {
    std::array<std::uint64_t, refusal_count> result{};
    for (std::size_t i = 0; i < refusal_count; ++i)
      result[i] = counts_[i].load(std::memory_order_relaxed);
    return result;
  }

 private:
  std::array<std::atomic<std::uint64_t>, refusal_count> counts_{};
};

/// All counters of one gateway.
struct GatewayCounters {
  CallMetrics calls;
  RefusalCounters refusals;
  LatencyCounter callbacks;
  std::atomic<std::size_t> proxies = 0;  // Alive now.
  std::atomic<std::uint64_t> bytes_received = 0;
  std::atomic<std::uint64_t> bytes_sent = 0;
  std::atomic<std::uint64_t> bytes_streamed = 0;
};

/// Counts its own life, as a failure when an exception ends it. Does nothing without a counter.
class LatencyTimer {
 public:
  explicit LatencyTimer(LatencyCounter* counter) noexcept : counter_(counter) {
    if (counter_) start_ = std::chrono::steady_clock::now();
  }
  ~LatencyTimer() {
    if (counter_)
      counter_->add(std::chrono::steady_clock::now() - start_,
                    std::uncaught_exceptions() > exceptions_);
  }
  LatencyTimer(const LatencyTimer&) = delete;
  LatencyTimer& operator=(const LatencyTimer&) = delete;

 private:
  LatencyCounter* const counter_;
  const int exceptions_ = std::uncaught_exceptions();
  std::chrono::steady_clock::time_point start_;
};

}  // namespace py4cpp
