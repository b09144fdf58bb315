// SPDX-License-Identifier: Apache-2.0
#include "gateway/transport/lookout.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace py4cpp {

namespace {

constexpr int waits_to_skip_max = 255;

/// Threads that look for something at this moment.
std::atomic<int> lookers = 0;

}  // namespace

int usable_processors() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());  // More than a set has room for.
}

Lookout::Lookout(std::chrono::microseconds time_max, int processors)
    : time_max_(time_max), lookers_max_(processors / 2) {}

Lookout::Looker::Looker(int lookers_max) : may_look_(++lookers <= lookers_max) {}

Lookout::Looker::~Looker() { --lookers; }

bool Lookout::is_its_turn() {
  if (time_max_.count() == 0 || lookers_max_ == 0) return false;
  if (waits_to_skip_ == 0) return true;
  --waits_to_skip_;
  return false;
}

void Lookout::learn(bool was_there) {
  skipped_last_ = was_there ? 0 : std::min(2 * skipped_last_ + 1, waits_to_skip_max);
  waits_to_skip_ = skipped_last_;
}

}  // namespace py4cpp
