// SPDX-License-Identifier: Apache-2.0
//
// What a test can leave behind: processes and descriptors. Test programs adopt orphans (main.cpp),
// so that a worker whose daemon was killed is seen as well.
#pragma once

#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

namespace py4cpp::runner::test {

std::size_t open_descriptors();

/// Ids of the processes that this one started and has not reaped yet, and of leaders of groups that
/// it adopted.
std::vector<int> children();

/// Ids of adopted processes that still run: members of a group that is neither their own nor this
/// process's. Those that ended are reaped. One thread at a time.
std::vector<int> orphans();

/// False when the process has ended. An adopted one is reaped then, so do not ask for one that a
/// Process has.
bool process_exists(int id);

/// Waits, within reason, until a condition holds.
template <typename Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// Checks at its end that all is gone that came meanwhile. No other process may be left then.
class NothingIsLeft {
 public:
  NothingIsLeft() = default;
  NothingIsLeft(const NothingIsLeft&) = delete;
  NothingIsLeft& operator=(const NothingIsLeft&) = delete;
  ~NothingIsLeft();

 private:
  const std::size_t descriptors_before_ = open_descriptors();
};

}  // namespace py4cpp::runner::test
