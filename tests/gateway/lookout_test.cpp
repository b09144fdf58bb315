// SPDX-License-Identifier: Apache-2.0
//
// How a thread looks for bytes before it sleeps.
#include "gateway/transport/lookout.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace py4cpp::test {

namespace {

constexpr std::chrono::microseconds long_time = std::chrono::hours(1), no_time{0}, short_time{1};
constexpr int two_processors = 2;

/// How often it looked for what never comes.
int looks(Lookout& lookout) {
  int count = 0;
  lookout.look_for([&] {
    ++count;
    return false;
  });
  return count;
}

}  // namespace

TEST_SUITE("lookout") {
  TEST_CASE("what comes in time is looked for every time") {
    Lookout lookout(long_time, two_processors);
    for (int wait = 0; wait < 3; ++wait) {
      int looks_left = 3;  // Not at once.
      lookout.look_for([&] { return --looks_left == 0; });
      CHECK(looks_left == 0);
    }
  }

  TEST_CASE("after looks in vain more and more waits go by without one, up to 255") {
    Lookout lookout(short_time, two_processors);
    std::vector<int> skipped;
    int since = 0;
    while (skipped.size() < 11) {
      if (looks(lookout) == 0) {
        ++since;
        continue;
      }
      skipped.push_back(since);
      since = 0;
    }
    CHECK(skipped == std::vector<int>{0, 1, 3, 7, 15, 31, 63, 127, 255, 255, 255});
  }

  TEST_CASE("what is there at once teaches nothing") {
    Lookout lookout(short_time, two_processors);
    CHECK(looks(lookout) > 0);
    CHECK(looks(lookout) == 0);
    bool is_there_at_once = false;
    lookout.look_for([&] { return is_there_at_once = true; });
    CHECK(is_there_at_once);
    CHECK(looks(lookout) > 0);  // The second look in vain.
    for (int wait = 0; wait < 3; ++wait) CHECK(looks(lookout) == 0);
    CHECK(looks(lookout) > 0);
  }

  TEST_CASE("what comes while somebody looks makes the next wait one with a look") {
    Lookout lookout(std::chrono::milliseconds(100), two_processors);
    CHECK(looks(lookout) > 0);
    CHECK(looks(lookout) == 0);
    for (int wait = 0; wait < 3; ++wait) {
      int looks_left = 2;
      lookout.look_for([&] { return --looks_left == 0; });
      CHECK(looks_left == 0);
    }
  }

  TEST_CASE("nobody looks with one processor, or with no time") {
    Lookout alone(long_time, 1);
    CHECK(looks(alone) == 0);
    Lookout hasty(no_time, two_processors);
    CHECK(looks(hasty) == 0);
  }

  TEST_CASE("half of the processors look at a time") {
    Lookout outer(long_time, two_processors);
    Lookout inner(short_time, two_processors);
    bool is_over = false;
    outer.look_for([&] {
      CHECK(looks(inner) == 0);
      return std::exchange(is_over, true);
    });
    CHECK(is_over);
    CHECK(looks(inner) > 0);
  }

  TEST_CASE("this process may use a processor") { CHECK(usable_processors() > 0); }
}

}  // namespace py4cpp::test
