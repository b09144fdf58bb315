// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/objects.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "fixture.hpp"

namespace py4cpp::test {

TEST_SUITE("objects") {
  TEST_CASE("each return of the same object has an id of its own") {
    ObjectTable table(10);
    const Value value = std::make_shared<Square>();
    const auto first = table.add(value), second = table.add(value);
    CHECK(first == "o0");
    CHECK(second == "o1");
    table.remove(first);
    CHECK_FALSE(table.find(first));
    CHECK(table.find(second) == value);
  }

  TEST_CASE("ids are not used again") {
    ObjectTable table(10);
    table.remove(table.add(std::make_shared<Square>()));
    CHECK(table.add(std::make_shared<Square>()) == "o1");
  }

  TEST_CASE("ids that were never minted are ignored") {
    ObjectTable table(10);
    table.add(std::make_shared<Square>());
    for (const auto* id :
         {"", "o", "t", "j", "o99", "o0x", "O0", "GATEWAY_SERVER", "o18446744073709551616"}) {
      CHECK_FALSE(table.find(id));
      table.remove(id);
    }
    CHECK(table.size() == 1);
  }

  TEST_CASE("ids end in the nonce, and those of another gateway are told from unknown ones") {
    ObjectTable ours(10, "271"), theirs(10, "314");
    const auto id = ours.add(std::make_shared<Square>());
    const auto foreign = theirs.add(std::make_shared<Square>());
    CHECK(id == "o0271");
    CHECK(ours.find(id));
    CHECK_FALSE(ours.is_foreign(id));
    CHECK(ours.is_foreign(foreign));
    CHECK(ours.is_foreign("o0"));
    CHECK_FALSE(ours.find(foreign));
    ours.remove(foreign);
    ours.remove("o0");
    CHECK(ours.size() == 1);
    for (const auto* id_of_nobody : {"", "o", "t", "o1271", "o1x", "ox314"})
      CHECK_FALSE(ours.is_foreign(id_of_nobody));
  }

  TEST_CASE("the table refuses more objects than its limit, and takes them again after a removal") {
    ObjectTable table(2);
    const auto id = table.add(std::make_shared<Square>());
    table.add(std::make_shared<Square>());
    CHECK_THROWS_AS(table.add(std::make_shared<Square>()), Overloaded);
    table.remove(id);
    CHECK_NOTHROW(table.add(std::make_shared<Square>()));
  }

  TEST_CASE("a removed object dies, also when its destructor uses the table") {
    ObjectTable table(10);
    struct Nested {
      ObjectTable& table;
      std::string inner;
      ~Nested() { table.remove(inner); }
    };
    const auto inner = table.add(std::make_shared<Counted>());
    const auto outer = table.add(std::shared_ptr<Nested>(new Nested{table, inner}));
    CHECK(Counted::alive == 1);
    table.remove(outer);
    CHECK(Counted::alive == 0);
    CHECK(table.size() == 0);
  }

  TEST_CASE("many threads may add, find and remove at once") {
    ObjectTable table(100'000);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&table] {
        for (int i = 0; i < 500; ++i) {
          const auto id = table.add(std::make_shared<Square>(i));
          const auto found = table.find(id);
          if (!found || found->object<Square>()->side != i) std::terminate();
          table.remove(id);
        }
      });
    for (auto& thread : threads) thread.join();
    CHECK(table.size() == 0);
  }
}

}  // namespace py4cpp::test
