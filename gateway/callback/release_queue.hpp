// SPDX-License-Identifier: Apache-2.0
//
// Proxies that C++ has dropped and that Python has not been told of yet. They wait for company,
// because each telling is a round trip, and because py4j's programs expect a proxy to outlive the
// call that it was passed to.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace py4cpp {

/// Thread-safe.
class ReleaseQueue {
 public:
  using Clock = std::chrono::steady_clock;

  /// A full queue forgets its oldest: Python then keeps that one, which is better than growing
  /// here.
  ReleaseQueue(std::size_t size_max, std::chrono::milliseconds wait_ms_max)
      : size_max_(size_max), wait_ms_max_(wait_ms_max) {}

  /// True when due() changed, so that whoever waits for it should look again.
  bool add(const std::string& id) noexcept;
  /// Empties the queue.
  std::vector<std::string> take();
  /// When the queue wants to be taken, at the latest; the end of time while it is empty.
  Clock::time_point due() const;
  bool is_empty() const { return is_empty_; }

 private:
  const std::size_t size_max_;
  const std::chrono::milliseconds wait_ms_max_;
  mutable std::mutex mutex_;
  std::vector<std::string> ids_;
  Clock::time_point due_ = Clock::time_point::max();
  std::atomic<bool> is_empty_ = true;
};

}  // namespace py4cpp
