// SPDX-License-Identifier: Apache-2.0
//
// Numbers as they lie in memory: as a list of Python's, and as the vectors that functions take.
#include "gateway/numbers.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <set>
#include <vector>

#include "gateway/bulk.hpp"
#include "gateway/collections.hpp"
#include "gateway/registry.hpp"

namespace py4cpp {

namespace {

using Values = std::vector<Value>;

template <class T>
Value list_of(std::vector<T> values) {
  return convert<std::vector<T>>::to_value(std::move(values));
}

template <class T>
Value buffer_of(const std::vector<T>& values) {
  return SharedBuffer::copy_of(values);
}

const Registry& java_names() {
  static Registry registry;
  registry.freeze();
  return registry;
}

template <class T>
Cost cost_as(const Value& value) {
  return convert<std::vector<T>>::cost(value, java_names());
}

/// As a function that takes a std::vector<T> gets them; nothing when it is not called.
template <class T>
std::optional<std::vector<T>> taken_as(const Value& value) {
  if (cost_as<T>(value) < 0) return std::nullopt;
  return convert<std::vector<T>>::from_value(value, java_names());
}

}  // namespace

TEST_SUITE("numbers") {
  TEST_CASE("a list of numbers makes a value of what is asked for only") {
    const auto value = list_of<std::uint64_t>({7, ~std::uint64_t{0}});
    const auto list = value.object<List>();
    CHECK(list->size() == 2);
    CHECK(list->get(0) == Value(7));
    CHECK(list->get(1) == Value(~std::uint64_t{0}));
    CHECK(list->index_of(7) == 0);
    CHECK(list->numbers()->format() == "<u8");
  }

  TEST_CASE("a list of numbers that is changed is a list like any other") {
    const auto changed = [](auto change) {
      const auto list = list_of<int>({3, 1, 2}).object<List>();
      change(*list);
      CHECK_FALSE(list->numbers());
      return list->snapshot();
    };
    CHECK(changed([](List& list) { list.add("x"); }) == Values{3, 1, 2, "x"});
    CHECK(changed([](List& list) { list.insert(0, 9); }) == Values{9, 3, 1, 2});
    CHECK(changed([](List& list) { CHECK(list.set(1, 9) == Value(1)); }) == Values{3, 9, 2});
    CHECK(changed([](List& list) { CHECK(list.remove_at(0) == Value(3)); }) == Values{1, 2});
    CHECK(changed([](List& list) { CHECK(list.remove(2)); }) == Values{3, 1});
    CHECK(changed([](List& list) { list.assign({5}); }) == Values{5});
    CHECK(changed([](List& list) { list.clear(); }).empty());
  }

  TEST_CASE("a list of numbers that cannot be changed as asked stays as it is") {
    const auto list = list_of<double>({0.5}).object<List>();
    CHECK_THROWS_AS(list->set(1, 2), NamedError);
    CHECK_THROWS_AS(list->insert(2, 2), NamedError);
    CHECK_THROWS_AS(list->remove_at(-1), NamedError);
    CHECK_FALSE(list->remove(7));
    CHECK_THROWS_AS(list->get(1), NamedError);
    CHECK(list->snapshot() == Values{0.5});
    CHECK(list->numbers());
  }

  TEST_CASE("vectors take numbers of the same type, and of others where all fit") {
    for (const auto& value :
         {list_of<std::int64_t>({-1, 300}), buffer_of<std::int64_t>({-1, 300})}) {
      CHECK(taken_as<std::int64_t>(value) == std::vector<std::int64_t>{-1, 300});
      CHECK(taken_as<long long>(value) == std::vector<long long>{-1, 300});
      CHECK(taken_as<std::int16_t>(value) == std::vector<std::int16_t>{-1, 300});
      CHECK(taken_as<double>(value) == std::vector<double>{-1, 300});
      CHECK(taken_as<float>(value) == std::vector<float>{-1, 300});
      CHECK_FALSE(taken_as<std::int8_t>(value));
      CHECK_FALSE(taken_as<std::uint32_t>(value));
      CHECK_FALSE(taken_as<bool>(value));
      CHECK_FALSE(taken_as<std::string>(value));
    }
  }

  TEST_CASE("numbers with a point are no integers, and bools no numbers") {
    CHECK_FALSE(taken_as<int>(buffer_of<double>({1})));
    CHECK_FALSE(taken_as<int>(buffer_of<float>({1})));
    CHECK(taken_as<float>(buffer_of<double>({0.5})) == std::vector<float>{0.5F});
    const bool flags[] = {true, false};
    const Value value = SharedBuffer::copy_of(flags);
    CHECK(taken_as<bool>(value) == std::vector<bool>{true, false});
    CHECK_FALSE(taken_as<int>(value));
    CHECK_FALSE(taken_as<double>(value));
  }

  TEST_CASE("any byte of shared memory but zero is true") {
    const auto buffer = SharedBuffer::allocate(3, "|b1");
    buffer->bytes()[1] = std::byte{0x82};
    CHECK(taken_as<bool>(buffer) == std::vector<bool>{false, true, false});
  }

  TEST_CASE("what a type cannot tell is not read") {
    for (const auto* format : {"<c8", "<f2", ">f4", "arrow.stream"})
      CHECK_FALSE(taken_as<float>(SharedBuffer::allocate(8, format)));
  }

  TEST_CASE("the same type costs least, also when there is nothing to convert") {
    for (const auto& value : {buffer_of<float>({}), buffer_of<float>({1})}) {
      CHECK(cost_as<float>(value) < cost_as<double>(value));
      CHECK(cost_as<float>(value) == cost_as<float>(list_of<float>({1})));
    }
    CHECK(cost_as<int>(buffer_of<double>({})) > cost_as<double>(buffer_of<double>({})));
  }

  TEST_CASE("a set and an array of Java's are taken from numbers, too") {
    const Value value = buffer_of<int>({3, 1, 3});
    CHECK(convert<std::set<int>>::from_value(value, java_names()) == std::set<int>{1, 3});
    CHECK(convert<Array<int>>::from_value(value, java_names()).values == std::vector<int>{3, 1, 3});
  }

  TEST_CASE("a buffer has a copy of any numbers in a row, in a shape") {
    const double numbers[] = {1, 2, 3, 4};
    const auto buffer = SharedBuffer::copy_of(numbers, {2, 2});
    CHECK(buffer->format() == "<f8");
    CHECK(buffer->shape() == std::vector<std::int64_t>{2, 2});
    CHECK(buffer->values<double>()[3] == 4);
    CHECK(SharedBuffer::copy_of(std::span(numbers).first(3))->shape() ==
          std::vector<std::int64_t>{3});
    CHECK(SharedBuffer::copy_of(std::vector<float>())->bytes().empty());
    CHECK_THROWS_AS(SharedBuffer::copy_of(numbers, {3}), Error);
  }
}

}  // namespace py4cpp
