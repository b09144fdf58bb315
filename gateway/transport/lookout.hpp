// SPDX-License-Identifier: Apache-2.0
//
// How a thread waits for what will probably come in a moment: it looks for it a few times before it
// sleeps, because waking a thread on an idle processor takes longer than most calls.
#pragma once

#include <sched.h>

#include <chrono>

namespace py4cpp {

/// Processors that this thread may use.
int usable_processors();

/// What one thread has learned about waiting on one connection. After a look in vain some waits go
/// by without one: one, then three, then seven, up to 255; so slow peers cost next to nothing. What
/// is there at once teaches nothing.
class Lookout {
 public:
  /// Looks for `time_max` at most, and not at all with one processor, which the peer needs itself.
  explicit Lookout(std::chrono::microseconds time_max, int processors = usable_processors());

  /// Returns when `is_there()` says yes, and when it is no use looking for longer. No more than
  /// half of the processors are kept busy by this, in all connections of the process.
  template <class F>
  void look_for(F is_there) {
    if (!is_its_turn()) return;
    const Looker looker(lookers_max_);
    if (!looker.may_look() || is_there()) return;
    const auto end = Clock::now() + time_max_;
    bool is_in_time = true;
    do {
      ::sched_yield();  // Somebody else may want the processor, the peer first of all.
    } while (!is_there() && (is_in_time = Clock::now() < end));
    learn(is_in_time);
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Counts a thread that looks, among those of the whole process: they share its processors.
  class Looker {
   public:
    explicit Looker(int lookers_max);
    ~Looker();
    Looker(const Looker&) = delete;
    Looker& operator=(const Looker&) = delete;
    bool may_look() const { return may_look_; }

   private:
    const bool may_look_;
  };

  bool is_its_turn();
  void learn(bool was_there);

  const std::chrono::microseconds time_max_;
  const int lookers_max_;
  int waits_to_skip_ = 0;
  int skipped_last_ = 0;
};

}  // namespace py4cpp
