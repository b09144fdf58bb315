// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/output_line.hpp"

#include <doctest/doctest.h>

using namespace py4cpp::runner;

TEST_SUITE("output lines") {
  TEST_CASE("a record names its worker, and so its task") {
    TaskNames tasks;
    tasks.begin(17, 4711);
    const auto line =
        output_line("PYTHON_WORKER_LOGGING:17:{\"msg\": \"a:b\"}", LinePart::whole, 0, tasks);
    REQUIRE(line);
    CHECK(line->text == "{\"msg\": \"a:b\"}");
    CHECK(line->worker_pid == 17);
    CHECK(line->task_attempt_id == 4711);
    CHECK(line->is_record);
    tasks.forget(17);
    CHECK_FALSE(
        output_line("PYTHON_WORKER_LOGGING:17:{}", LinePart::whole, 0, tasks)->task_attempt_id);
  }

  TEST_CASE("the mark at the end of a task's output is no line") {
    CHECK_FALSE(output_line("PYTHON_WORKER_LOGGING:17:", LinePart::whole, 0, {}));
  }

  TEST_CASE("a plain line comes from the only process that writes, if there is but one") {
    TaskNames tasks;
    tasks.begin(17, 4711);
    CHECK(output_line("hello", LinePart::whole, 17, tasks)->task_attempt_id == 4711);
    const auto shared = output_line("hello", LinePart::whole, 0, tasks);
    CHECK(shared->worker_pid == 0);
    CHECK_FALSE(shared->task_attempt_id);
    CHECK_FALSE(shared->is_record);
  }

  TEST_CASE("a piece of a record is a plain line, whatever it begins with") {
    const auto line = output_line("PYTHON_WORKER_LOGGING:17:{\"msg\": \"a", LinePart::piece, 0, {});
    REQUIRE(line);
    CHECK_FALSE(line->is_record);
    CHECK(line->text.starts_with("PYTHON_WORKER_LOGGING:17:"));
  }

  TEST_CASE("what only looks like a record is a plain line") {
    for (const char* text :
         {"PYTHON_WORKER_LOGGING", "PYTHON_WORKER_LOGGING:", "PYTHON_WORKER_LOGGING::{}",
          "PYTHON_WORKER_LOGGING:x:{}", "PYTHON_WORKER_LOGGING:-3:{}", "PYTHON_WORKER_LOGGING:17",
          "PYTHON_WORKER_LOGGING:99999999999999:{}"}) {
      CAPTURE(text);
      const auto line = output_line(text, LinePart::whole, 0, {});
      REQUIRE(line);
      CHECK(line->text == text);
      CHECK_FALSE(line->is_record);
    }
  }
}
