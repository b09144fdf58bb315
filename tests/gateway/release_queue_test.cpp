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

  using Ids = std::vector<std::string>;

  TEST_CASE("the first dead proxy sets the time at which Python is told of all") {
    ReleaseQueue queue(10, std::chrono::hours(1));
    CHECK(queue.due() == ReleaseQueue::Clock::time_point::max());
    CHECK(queue.add("p0", 0));
    const auto due = queue.due();
    CHECK(due > ReleaseQueue::Clock::now());
    CHECK_FALSE(queue.add("p1", 0));
    CHECK(queue.due() == due);
    CHECK(queue.take().ids == Ids{"p0", "p1"});
    CHECK(queue.is_empty());
    CHECK(queue.due() == ReleaseQueue::Clock::time_point::max());
  }

  TEST_CASE("a full queue wants to be taken now and loses nothing meanwhile") {
    ReleaseQueue queue(2, std::chrono::hours(1));
    CHECK(queue.add("p0", 0));
    CHECK(queue.add("p1", 0));
    CHECK(queue.due() <= ReleaseQueue::Clock::now());
    queue.add("p2", 0);
    CHECK(queue.take().ids == Ids{"p0", "p1", "p2"});
  }

  TEST_CASE("what could not be delivered waits again, before what came meanwhile") {
    ReleaseQueue queue(10, std::chrono::hours(1));
    queue.add("p0", 0);
    auto batch = queue.take();
    queue.add("p1", 0);
    queue.put_back(std::move(batch));
    CHECK(queue.due() > ReleaseQueue::Clock::now());
    CHECK(queue.take().ids == Ids{"p0", "p1"});
  }

  TEST_CASE("the ids of an earlier client are forgotten wherever they are") {
    ReleaseQueue queue(10, milliseconds(0));
    queue.add("p0", queue.generation());
    auto batch = queue.take();
    queue.add("p1", queue.generation());
    queue.begin_generation();
    CHECK(queue.is_empty());
    queue.put_back(std::move(batch));
    CHECK_FALSE(queue.add("p2", queue.generation() - 1));
    CHECK(queue.is_empty());
    CHECK(queue.due() == ReleaseQueue::Clock::time_point::max());
    CHECK(queue.add("p0", queue.generation()));
    CHECK(queue.take().ids == Ids{"p0"});
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
