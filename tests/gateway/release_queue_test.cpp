// SPDX-License-Identifier: Apache-2.0
//
// Dead proxies wait for company, but neither too long nor too many; chores run when they are due.
#include "gateway/callback/release_queue.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>

#include "gateway/control/housekeeper.hpp"

namespace py4cpp::test {

TEST_SUITE("release queue") {
  using std::chrono::milliseconds;

  TEST_CASE("the first dead proxy sets the time at which Python is told of all") {
    ReleaseQueue queue(10, std::chrono::hours(1));
    CHECK(queue.due() == ReleaseQueue::Clock::time_point::max());
    CHECK(queue.add("p0"));
    const auto due = queue.due();
    CHECK(due > ReleaseQueue::Clock::now());
    CHECK_FALSE(queue.add("p1"));
    CHECK(queue.due() == due);
    CHECK(queue.take() == std::vector<std::string>{"p0", "p1"});
    CHECK(queue.is_empty());
    CHECK(queue.due() == ReleaseQueue::Clock::time_point::max());
  }

  TEST_CASE("a half full queue wants to be taken now") {
    ReleaseQueue queue(4, std::chrono::hours(1));
    CHECK(queue.add("p0"));
    CHECK(queue.add("p1"));
    CHECK(queue.due() <= ReleaseQueue::Clock::now());
  }

  TEST_CASE("a full queue forgets the oldest proxy") {
    ReleaseQueue queue(2, milliseconds(0));
    for (const char* id : {"p0", "p1", "p2"}) queue.add(id);
    CHECK(queue.take() == std::vector<std::string>{"p1", "p2"});
  }

  TEST_CASE("the housekeeper looks at its chores when it is woken and when they are due") {
    std::latch seen(3);
    std::atomic<int> looks = 0;
    Housekeeper housekeeper([&](Housekeeper::Clock::time_point now) {
      if (++looks <= 3) seen.count_down();
      return looks < 3 ? now : Housekeeper::never;
    });
    housekeeper.start();
    housekeeper.wake();
    seen.wait();
    housekeeper.stop();
    CHECK(looks >= 3);
  }
}

}  // namespace py4cpp::test
