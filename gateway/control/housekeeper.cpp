// SPDX-License-Identifier: Apache-2.0
#include "gateway/control/housekeeper.hpp"

namespace py4cpp {

void Housekeeper::start() {
  const std::lock_guard lock(thread_mutex_);
  thread_ = std::thread(&Housekeeper::run, this);
}

void Housekeeper::wake() noexcept {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void Housekeeper::stop() {
  const std::lock_guard stopping(thread_mutex_);
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::run() {
  thread_id_ = std::this_thread::get_id();
  Clock::time_point next = never;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto is_called = [this] { return woken_ || stopped_; };
      // Waiting for the end of time would overflow in the library.
      if (next == never)
        changed_.wait(lock, is_called);
      else
        changed_.wait_until(lock, next, is_called);
      if (stopped_) break;
      woken_ = false;
    }
    next = chores_(Clock::now());
  }
  thread_id_ = std::thread::id();  // A later thread may have the same.
}

}  // namespace py4cpp
