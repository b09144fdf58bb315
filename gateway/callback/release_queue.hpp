// SPDX-License-Identifier: Apache-2.0
//
// Proxies that C++ has dropped and that Python has not been told of yet. They wait for company,
// because each telling is a round trip, and because py4j's programs expect a proxy to outlive the
// call that it was passed to.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace py4cpp {

/// Thread-safe. Python numbers its proxies anew in each process, so an id belongs to one generation
/// of clients: the queue takes and keeps only those of the present one. An id in it takes the place
/// of a larger proxy that lived, and the client that made that one waits for its next answer, which
/// takes the ids along.
class ReleaseQueue {
 public:
  using Clock = std::chrono::steady_clock;

  /// What was taken out, to be told to clients of this generation.
  struct Batch {
    std::vector<std::string> ids;
    std::uint64_t generation = 0;
  };

  /// Ids that could not be delivered are kept up to this number; a client that never takes any
  /// could pile them up otherwise.
  static constexpr std::size_t undelivered_max = 1'000'000;

  /// The queue wants to be taken once it holds `size_max`, or when the first id has waited for
  /// `wait_ms_max`; it loses none beyond that.
  ReleaseQueue(std::size_t size_max, std::chrono::milliseconds wait_ms_max)
      : size_max_(size_max), wait_ms_max_(wait_ms_max) {}

  /// That of the clients that are connected now.
  std::uint64_t generation() const { return generation_; }
  /// Other clients come from now on: forgets what those before do not need to be told any more.
  void begin_generation();

  /// True when due() changed, so that whoever waits for it should look again.
  bool add(const std::string& id, std::uint64_t generation) noexcept;
  /// Empties the queue.
  Batch take();
  /// For a batch that could not be delivered. It waits again.
  void put_back(Batch batch);
  /// When the queue wants to be taken, at the latest; the end of time while it is empty.
  Clock::time_point due() const;
  bool is_empty() const { return is_empty_; }

 private:
  const std::size_t size_max_;
  const std::chrono::milliseconds wait_ms_max_;
  mutable std::mutex mutex_;
  std::vector<std::string> ids_;
  Clock::time_point due_ = Clock::time_point::max();
  std::atomic<std::uint64_t> generation_ = 0;  // Changed under the mutex.
  std::atomic<bool> is_empty_ = true;
};

}  // namespace py4cpp
