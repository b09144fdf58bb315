// SPDX-License-Identifier: Apache-2.0
//
// Settings: sizes, durations, masters, defaults and what is said about bad ones.
#include "engine/conf.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace py4cpp::engine;
using std::chrono::milliseconds;

TEST_SUITE("conf") {
  TEST_CASE("sizes have binary units, in any case, with or without a b") {
    CHECK(parse_size("64m") == 64ULL << 20);
    CHECK(parse_size(" 1G ") == 1ULL << 30);
    CHECK(parse_size("512kb") == 512ULL << 10);
    CHECK(parse_size("10b") == 10);
    CHECK(parse_size("8388608") == 8388608);
    CHECK(parse_size("2", SizeUnit::mib) == 2ULL << 20);
    CHECK(parse_size("0") == 0);
  }

  TEST_CASE("what is no size is refused") {
    for (const char* text : {"", "m", "1.5g", "-1m", "64 m", "64x", "9999999999g", "1e6"}) {
      CAPTURE(text);
      CHECK_THROWS_AS(parse_size(text), BadSetting);
    }
  }

  TEST_CASE("durations have units from us to d") {
    CHECK(parse_duration("2s") == milliseconds(2000));
    CHECK(parse_duration("500ms") == milliseconds(500));
    CHECK(parse_duration("1min") == milliseconds(60'000));
    CHECK(parse_duration("1m") == milliseconds(60'000));
    CHECK(parse_duration("3h") == milliseconds(10'800'000));
    CHECK(parse_duration("1d") == milliseconds(86'400'000));
    CHECK(parse_duration("2500us") == milliseconds(2));
    CHECK(parse_duration("7") == milliseconds(7));
    CHECK(parse_duration("7", TimeUnit::second) == milliseconds(7000));
    CHECK_THROWS_AS(parse_duration("soon"), BadSetting);
    CHECK_THROWS_AS(parse_duration("2 s"), BadSetting);
  }

  TEST_CASE("masters of this machine") {
    CHECK(parse_master("local").slots == 1);
    CHECK(parse_master("local[3]").slots == 3);
    CHECK(parse_master("local[*]").slots == std::thread::hardware_concurrency());
    CHECK_FALSE(parse_master("local[3]").failures_max);
    CHECK(parse_master("local[2, 5]").failures_max == 5);
    CHECK(parse_master("local[*,2]").failures_max == 2);
  }

  TEST_CASE("other masters are refused with those there are") {
    for (const char* text : {"", "spark://host:7077", "local[]", "local[0]", "local[-1]",
                             "local[x]", "local[2", "local[2,0]", "local[99999]", "yarn"}) {
      CAPTURE(text);
      CHECK_THROWS_WITH_AS(parse_master(text), doctest::Contains("local[N]"), BadSetting);
    }
  }

  TEST_CASE("typed reads fall back on the defaults and name the setting when they fail") {
    Conf conf;
    CHECK(conf.size("spark.buffer.size") == 65536);
    CHECK(conf.integer("spark.task.maxFailures") == 4);
    CHECK(conf.boolean("spark.python.worker.reuse"));
    conf.set("spark.buffer.size", "big").set("spark.task.maxFailures", "few");
    CHECK_THROWS_WITH_AS(conf.size("spark.buffer.size"),
                         doctest::Contains("spark.buffer.size: 'big' is not a size"), BadSetting);
    CHECK_THROWS_WITH_AS(conf.integer("spark.task.maxFailures"),
                         "spark.task.maxFailures: 'few' is not a whole number", BadSetting);
    CHECK_THROWS_WITH_AS(Conf().text("spark.unheard.of"), "spark.unheard.of is not set",
                         BadSetting);
  }

  TEST_CASE("validation looks at everything that is read") {
    Conf().validate();
    const std::map<std::string, std::string> wrong{
        {"spark.driver.memory", "lots"},     {"spark.task.maxFailures", "0"},
        {"spark.default.parallelism", "-3"}, {"spark.python.worker.reuse", "yes"},
        {"spark.network.timeout", "soon"},   {"spark.executor.pyspark.memory", "x"},
        {"spark.master", "mesos://x"},       {"spark.task.cpus", "100000000000"},
        {"spark.buffer.size", "8g"},         {"spark.executor.cores", "2147483648"}};
    for (const auto& setting : wrong) {
      const std::string& key = setting.first;
      CAPTURE(key);
      Conf conf;
      conf.set(key, setting.second);
      CHECK_THROWS_WITH_AS(conf.validate(), doctest::Contains(key.c_str()), BadSetting);
    }
  }

  TEST_CASE("the debug text is sorted and hides secrets") {
    Conf conf;
    conf.set("b.name", "2").set("a.name", "1").set("some.password", "x").set("my.secret.key", "y");
    CHECK(conf.to_debug_string() ==
          "a.name=1\nb.name=2\nmy.secret.key=*********(redacted)\n"
          "some.password=*********(redacted)");
  }

  TEST_CASE("what is not set is told apart from what is empty") {
    Conf conf;
    conf.set("empty", "");
    CHECK(conf.contains("empty"));
    CHECK(conf.find("empty") == "");
    CHECK_FALSE(conf.find("absent"));
    CHECK(conf.get("absent", "fallback") == "fallback");
    conf.set_if_missing("empty", "full");
    CHECK(conf.get("empty", "") == "");
    conf.remove("empty");
    CHECK_FALSE(conf.contains("empty"));
  }
}
