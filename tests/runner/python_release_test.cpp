// SPDX-License-Identifier: Apache-2.0
#include "runner/python_release.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "runner/pool/python_question.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;

TEST_SUITE("python release") {
  TEST_CASE("a version's first two numbers choose the release") {
    CHECK(PythonRelease::parse("4.3.0").text() == "4.3");
    CHECK(PythonRelease::parse("4.3").text() == "4.3");
    CHECK(PythonRelease::parse("3.5.9").text() == "3.5");
    CHECK(PythonRelease::parse("4.1.0.dev3").text() == "4.1");
    CHECK(PythonRelease::parse("4.3.0") == PythonRelease(4, 3));
    CHECK_FALSE(PythonRelease(4, 2) == PythonRelease(4, 3));
  }

  TEST_CASE("the newest release is the default") {
    CHECK(PythonRelease() == known_releases().back());
    CHECK(PythonRelease().text() == "4.3");
  }

  TEST_CASE("an unknown release is refused with the list of known ones") {
    CHECK_THROWS_WITH_AS(
        PythonRelease::parse("3.4.1"),
        "PySpark 3.4 is not supported; install one of these releases: 3.5, 4.0, 4.1, 4.2, 4.3",
        Error);
    CHECK_THROWS_AS(PythonRelease(5, 0), Error);
    CHECK_THROWS_AS(PythonRelease(4, 30), Error);
  }

  TEST_CASE("an interpreter with another release, or one of the future, is refused") {
    const auto check = [](const char* version) {
      require_release("/bin/py", {.pyspark_version = version}, PythonRelease(4, 2));
    };
    CHECK_NOTHROW(check("4.2.0"));
    CHECK_NOTHROW(check("4.2.7.dev1"));
    CHECK_THROWS_WITH_AS(
        check("4.1.3"),
        "'/bin/py' has PySpark 4.1.3 for its workers, but they were said to have "
        "4.2: set WorkerOptions::release to what probe_python tells of it, or name "
        "an interpreter with PySpark 4.2",
        Error);
    CHECK_THROWS_WITH_AS(
        check("4.9.0"),
        doctest::Contains("'/bin/py' has PySpark 4.9.0 for its workers: PySpark 4.9 "
                          "is not supported; install one of these"),
        Error);
  }

  TEST_CASE("what is no version is refused") {
    for (const char* text : {"", "4", "4.", ".3", "four", "v4.3", "4,3", "99999999999999.1"}) {
      CAPTURE(text);
      CHECK_THROWS_AS(PythonRelease::parse(text), Error);
    }
  }

  TEST_CASE("Unix sockets begin with 4.1 and the init message with 4.3") {
    CHECK_FALSE(PythonRelease(3, 5).variant().unix_sockets);
    CHECK_FALSE(PythonRelease(4, 0).variant().unix_sockets);
    CHECK(PythonRelease(4, 1).variant().unix_sockets);
    CHECK_FALSE(PythonRelease(4, 2).variant().init_message);
    CHECK(PythonRelease(4, 3).variant().init_message);
  }

  TEST_CASE("the table tells since when something is there") {
    CHECK(first_release_with(&WireVariant::variant_type) == ReleaseNumber{4, 0});
    CHECK(first_release_with(&WireVariant::time_type) == ReleaseNumber{4, 1});
    CHECK(first_release_with(&WireVariant::init_message) == ReleaseNumber{4, 3});
  }
}
