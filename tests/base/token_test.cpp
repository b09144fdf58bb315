// SPDX-License-Identifier: Apache-2.0
#include "base/token.hpp"

#include <doctest/doctest.h>

using namespace py4cpp;

TEST_SUITE_BEGIN("base token");

TEST_CASE("tokens have 256 bits and differ") {
  const std::string token = random_token();
  CHECK_EQ(token.size(), 64);
  CHECK_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
  CHECK_NE(token, random_token());
}

TEST_CASE("secrets compare by content") {
  CHECK(equal_in_constant_time("secret", "secret"));
  CHECK_FALSE(equal_in_constant_time("secret", "secreT"));
  CHECK_FALSE(equal_in_constant_time("secret", "secret "));
  CHECK(equal_in_constant_time("", ""));
}

TEST_SUITE_END();
