// SPDX-License-Identifier: Apache-2.0
//
// A thread for chores that may wait for a peer and therefore must not hold up the thread that
// accepts connections: telling Python of dead proxies, closing idle connections.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace py4cpp {

class Housekeeper {
 public:
  using Clock = std::chrono::steady_clock;
  /// Does what is due and returns when there will be more to do; `never` for not before wake(). It
  /// must not throw.
  using Chores = std::function<Clock::time_point(Clock::time_point now)>;

  static constexpr Clock::time_point never = Clock::time_point::max();

  explicit Housekeeper(Chores chores) : chores_(std::move(chores)) {}
  ~Housekeeper() { stop(); }
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  void start();
  /// Looks at the chores again. Any thread, also before start() and after stop().
  void wake() noexcept;
  /// Waits for the chore that runs. Not from a chore.
  void stop();
  /// Whether this is the thread that does the chores.
  bool is_own_thread() const { return thread_id_.load() == std::this_thread::get_id(); }

 private:
  void run();

  const Chores chores_;
  std::mutex mutex_;  // Guards the two flags.
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopped_ = false;
  std::mutex thread_mutex_;  // Lets a second stop() wait for the first.
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_{};
};

}  // namespace py4cpp
