// SPDX-License-Identifier: Apache-2.0
//
// Chains of objects that hold one another, longer than any stack, as a client can build them.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fixture.hpp"
#include "gateway/bulk.hpp"
#include "gateway/collections.hpp"
#include "gateway/java/map_entry.hpp"

namespace py4cpp::test {

namespace {

/// A stack of 8 MB would have 40 bytes for each.
constexpr int links = 200'000;

/// Builds a chain at whose far end an object is counted, and lets go of it: the whole chain ends.
template <class Link>
void check_that_a_chain_ends(Link link) {
  Value chain = std::make_shared<Counted>();
  for (int i = 0; i < links; ++i) chain = link(std::move(chain));
  CHECK(Counted::alive == 1);
  chain = {};
  CHECK(Counted::alive == 0);
}

std::shared_ptr<Iterator> iterator_over(Value value) {
  return std::make_shared<Iterator>(std::vector<Value>{std::move(value)});
}

}  // namespace

TEST_SUITE("burial") {
  TEST_CASE(
      "chains of lists, maps, sets and arrays within one another end without a stack for it") {
    check_that_a_chain_ends([at = 0](Value inner) mutable -> Value {
      if (at++ % 4 == 0) return std::make_shared<List>(std::vector<Value>{std::move(inner)});
      if (at % 4 == 1)
        return std::make_shared<ObjectArray>("", std::vector<Value>{std::move(inner)});
      if (at % 4 == 2) {
        auto set = std::make_shared<Set>();
        set->add(std::move(inner));
        return set;
      }
      auto map = std::make_shared<Map>();
      map->put(1, std::move(inner));
      return map;
    });
  }

  TEST_CASE("so do iterators") { check_that_a_chain_ends(&iterator_over); }

  TEST_CASE("so do iterators that have looked ahead") {
    check_that_a_chain_ends([](Value inner) {
      auto iterator = iterator_over(std::move(inner));
      iterator->has_next();
      return iterator;
    });
  }

  TEST_CASE("so do keys and values of the entries of maps") {
    check_that_a_chain_ends([is_key = false](Value inner) mutable {
      is_key = !is_key;
      return is_key ? std::make_shared<MapEntry>(std::move(inner), 1)
                    : std::make_shared<MapEntry>(1, std::move(inner));
    });
  }

  TEST_CASE("so do errors that one another caused") {
    std::shared_ptr<const NamedError> error;
    for (int i = 0; i < links; ++i)
      error = std::make_shared<NamedError>("test.Error", "", std::move(error));
    std::weak_ptr<const NamedError> last = error;
    while (const auto cause = last.lock()->cause()) last = cause;
    CHECK_FALSE(last.expired());
    error.reset();
    CHECK(last.expired());
  }

  TEST_CASE("so do views of shared memory, which need the memory alone") {
    auto view = SharedBuffer::allocate(8, "|u1", {});
    const std::weak_ptr<SharedBuffer> whole = view;
    view->bytes().front() = std::byte{7};
    for (int i = 0; i < links; ++i) view = SharedBuffer::view(view, 0, 8, "|u1", {});
    CHECK(whole.expired());
    CHECK(view->bytes().front() == std::byte{7});
    view.reset();
  }

  TEST_CASE("an object that is held elsewhere as well survives the chain") {
    const auto kept = std::make_shared<List>(std::vector<Value>{std::make_shared<Counted>()});
    Value chain = kept;
    for (int i = 0; i < 3; ++i) chain = iterator_over(std::move(chain));
    chain = {};
    CHECK(Counted::alive == 1);
    CHECK(kept->size() == 1);
  }
}

}  // namespace py4cpp::test
