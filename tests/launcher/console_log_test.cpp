// SPDX-License-Identifier: Apache-2.0
#include "launcher/console_log.hpp"

#include <doctest/doctest.h>

using namespace py4cpp;
using namespace py4cpp::launcher;

TEST_SUITE_BEGIN("launcher console_log");

TEST_CASE("lines have the look of Spark's log") {
  std::tm time{};
  time.tm_year = 124;
  time.tm_mon = 4;
  time.tm_mday = 31;
  time.tm_hour = 9;
  time.tm_min = 5;
  time.tm_sec = 7;
  time.tm_isdst = -1;
  const std::time_t when = std::mktime(&time);
  CHECK_EQ(log_line(when, LogLevel::warn, "WorkerFactory", "a\nb"),
           "24/05/31 09:05:07 WARN WorkerFactory: a\nb\n");
  CHECK_EQ(log_line(when, LogLevel::error, "X", "ends\n"), "24/05/31 09:05:07 ERROR X: ends\n");
}

TEST_SUITE_END();
