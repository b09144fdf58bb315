// SPDX-License-Identifier: Apache-2.0
#include "gateway/control/orphans.hpp"

#include <doctest/doctest.h>

#include "gateway/control/complete_options.hpp"
#include "house.hpp"

namespace py4cpp::test {

namespace {

using Clock = Orphans::Clock;
constexpr std::chrono::milliseconds time_max{10};

}  // namespace

TEST_SUITE("orphans") {
  TEST_CASE("ids are forgotten when nobody was there for long enough, later ones are not") {
    ObjectTable objects(10);
    Orphans orphans(objects, time_max);
    const auto first = objects.add(Value(1)), second = objects.add(Value(2));
    objects.remove(first);
    const auto gone_at = Clock::now();
    orphans.begin(gone_at);
    const auto later = objects.add(Value(3));
    CHECK(orphans.due() == gone_at + time_max);
    CHECK(orphans.forget() == 1);
    CHECK_FALSE(objects.find(second));
    CHECK(objects.find(later));
    CHECK(orphans.due() == Clock::time_point::max());
  }

  TEST_CASE("a client that comes in time keeps all ids") {
    ObjectTable objects(10);
    Orphans orphans(objects, time_max);
    objects.add(Value(1));
    orphans.begin(Clock::now());
    orphans.end();
    CHECK(orphans.due() == Clock::time_point::max());
    CHECK(orphans.forget() == 0);
    CHECK(objects.size() == 1);
  }

  TEST_CASE("while somebody may be there the time begins anew") {
    ObjectTable objects(10);
    Orphans orphans(objects, time_max);
    objects.add(Value(1));
    const auto gone_at = Clock::now();
    orphans.begin(gone_at);
    orphans.postpone(gone_at + time_max);
    CHECK(orphans.due() == gone_at + 2 * time_max);
  }

  TEST_CASE("without a time ids stay, and without ids nothing is due") {
    ObjectTable objects(10);
    Orphans timeless(objects, std::chrono::milliseconds(0)), idle(objects, time_max);
    idle.begin(Clock::now());
    CHECK(idle.due() == Clock::time_point::max());
    objects.add(Value(1));
    timeless.begin(Clock::now());
    CHECK(timeless.due() == Clock::time_point::max());
  }

  TEST_CASE("the longest time that an option can mean is no overflow") {
    ObjectTable objects(10);
    Orphans orphans(objects, option_time_max);
    objects.add(Value(1));
    const auto now = Clock::now();
    orphans.begin(now);
    CHECK(orphans.due() > now);
  }

  TEST_CASE("a gateway forgets what a client left behind") {
    GatewayOptions options;
    options.orphans_ms_max = time_max;
    House house(options);
    std::optional<Client> client(std::in_place, *house.gateway);
    CHECK(client->ask("c\nz:test.Square\nunit\ne\n") == "!yro0");
    CHECK(house.gateway->object_count() == 1);
    client.reset();
    while (house.gateway->object_count() > 0) std::this_thread::yield();
  }
}

}  // namespace py4cpp::test
