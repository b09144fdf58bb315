// SPDX-License-Identifier: Apache-2.0
#include "base/log_levels.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "base/error.hpp"

namespace py4cpp {

TEST_SUITE("log levels") {
  TEST_CASE("a level alone holds for every component") {
    const auto levels = LogLevels::parse("info");
    CHECK(levels.allows(LogLevel::info, "Gateway"));
    CHECK(levels.allows(LogLevel::error, "Gateway"));
    CHECK_FALSE(levels.allows(LogLevel::debug, "Gateway"));
  }

  TEST_CASE("a component has its own level, wherever it stands") {
    for (const char* text : {"Gateway=debug,error", " error , Gateway = DEBUG,"}) {
      const auto levels = LogLevels::parse(text);
      CHECK(levels.allows(LogLevel::debug, "Gateway"));
      CHECK_FALSE(levels.allows(LogLevel::warn, "Context"));
      CHECK(levels.allows(LogLevel::error, "Context"));
    }
  }

  TEST_CASE("off silences, and what comes later wins") {
    const auto levels = LogLevels::parse("Gateway=debug,off,Gateway=off");
    CHECK_FALSE(levels.allows(LogLevel::error, "Gateway"));
    CHECK_FALSE(levels.allows(LogLevel::error, "Context"));
  }

  TEST_CASE("nothing said means warnings and errors") {
    for (const auto& levels : {LogLevels(), LogLevels::parse("")}) {
      CHECK(levels.allows(LogLevel::warn, "Gateway"));
      CHECK_FALSE(levels.allows(LogLevel::info, "Gateway"));
    }
  }

  TEST_CASE("a level that nobody knows is named") {
    CHECK_THROWS_WITH_AS(LogLevels::parse("warn,Gateway=loud"), doctest::Contains("Gateway=loud"),
                         Error);
    CHECK_THROWS_WITH_AS(LogLevels::parse("=warn"), doctest::Contains("no component"), Error);
  }

  TEST_CASE("a filtered log sees what is allowed, and no log stays none") {
    std::vector<std::string> seen;
    LogLevels levels(LogLevel::error);
    levels.set("Gateway", LogLevel::info);
    levels.silence("Context");
    const Log log = filtered(
        [&](LogLevel, std::string_view component, std::string_view text) {
          seen.push_back(std::string(component) + ": " + std::string(text));
        },
        levels);
    log(LogLevel::info, "Gateway", "one");
    log(LogLevel::warn, "Other", "two");
    log(LogLevel::error, "Context", "three");
    CHECK(seen == std::vector<std::string>{"Gateway: one"});
    CHECK_FALSE(filtered(Log(), levels));
  }
}

}  // namespace py4cpp
