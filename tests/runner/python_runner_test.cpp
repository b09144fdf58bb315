// SPDX-License-Identifier: Apache-2.0
//
// RDD tasks in the real daemon and workers of each pyspark release.
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

TEST_SUITE("python runner") {
  TEST_CASE("frames go through a function and come back in order") {
    for (const Environment& environment : environments()) {
      CAPTURE(environment.release.text());
      Workers workers(environment);
      CHECK(workers.run("identity", {"a", "", "ccc"}) == std::vector<std::string>{"a", "", "ccc"});
      CHECK(workers.run("upper", {"a", "b"}) == std::vector<std::string>{"A", "B"});
      CHECK(workers.run("upper", {}).empty());
    }
  }

  TEST_CASE("a worker serves one task after another") {
    for (const Environment& environment : environments()) {
      CAPTURE(environment.release.text());
      Workers workers(environment);
      for (int i = 0; i < 5; ++i) workers.run("upper", {"a"});
      CHECK(workers.stats().created == 1);
      CHECK(workers.stats().reused == 4);
      CHECK(workers.stats().daemon_starts == 1);
      CHECK(workers.stats().idle == 1);
    }
  }
}
