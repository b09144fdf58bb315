// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "base/error.hpp"
#include "runner/cancel_token.hpp"
#include "runner/pool/task_meter.hpp"
#include "runner/python_runner.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;

TEST_SUITE("runner metrics") {
  TEST_CASE("each task ends one time, in the way it first says") {
    RunnerCounters counters;
    {
      TaskMeter done(counters);
      done.sent(10);
      done.received(3);
      done.items({.rows_sent = 1, .frames_received = 9});
      done.items({.rows_sent = 4, .rows_received = 3, .frames_sent = 2, .frames_received = 1});
      done.completed({.memory_bytes_spilled = 7, .disk_bytes_spilled = 5});
      done.failed(std::make_exception_ptr(Error("too late")));
      TaskMeter raised(counters);
      raised.failed(std::make_exception_ptr(PythonError("no", "traceback")));
      TaskMeter lost(counters);
      lost.failed(std::make_exception_ptr(WorkerFailed("gone", {})));
      TaskMeter cancelled(counters);
      cancelled.failed(std::make_exception_ptr(TaskCancelled("enough")));
      TaskMeter failed(counters);
      failed.failed(std::make_exception_ptr(Error("the input failed")));
      const TaskMeter given_up(counters);
    }
    const RunnerMetrics metrics = counters.snapshot();
    CHECK(metrics.tasks_completed == 1);
    CHECK(metrics.tasks_raised == 1);
    CHECK(metrics.tasks_lost == 1);
    CHECK(metrics.tasks_cancelled == 2);
    CHECK(metrics.tasks_failed == 1);
    CHECK(metrics.bytes_sent == 10);
    CHECK(metrics.bytes_received == 3);
    CHECK(metrics.rows_sent == 4);
    CHECK(metrics.rows_received == 3);
    CHECK(metrics.frames_sent == 2);
    CHECK(metrics.frames_received == 1);
    CHECK(metrics.memory_bytes_spilled == 7);
    CHECK(metrics.disk_bytes_spilled == 5);
    CHECK(metrics.whole.count() == 1);
  }

  TEST_CASE("phases are counted as the worker reports them, and nonsense as nothing") {
    RunnerCounters counters;
    TaskMeter(counters).completed(
        {.started_ms = 1000, .initialised_ms = 1003, .finished_ms = 1103});
    TaskMeter(counters).completed({.started_ms = INT64_MIN,
                                   .initialised_ms = INT64_MAX,
                                   .finished_ms = -5,
                                   .memory_bytes_spilled = -1});
    const RunnerMetrics metrics = counters.snapshot();
    CHECK(metrics.init.total == std::chrono::milliseconds(3));
    CHECK(metrics.compute.total == std::chrono::milliseconds(100));
    CHECK(metrics.boot.total == std::chrono::milliseconds(0));
    CHECK(metrics.memory_bytes_spilled == 0);
    CHECK(metrics.compute.count() == 2);
  }

  TEST_CASE("the text has every family with its help, type and samples") {
    RunnerMetrics metrics;
    metrics.tasks_lost = 3;
    metrics.workers = {.live = 2, .leases = 4, .reused = 3};
    const std::string text = prometheus_text(metrics);
    for (const char* part :
         {"# TYPE py4cpp_runner_tasks_total counter\n",
          "py4cpp_runner_tasks_total{result=\"lost\"} 3\n", "py4cpp_runner_workers_live 2\n",
          "py4cpp_runner_task_phase_seconds_bucket{phase=\"init\",le=\"0.001048576\"} 0\n",
          "py4cpp_runner_task_phase_seconds_count{phase=\"compute\"} 0\n",
          "py4cpp_runner_task_seconds_sum 0\n", "py4cpp_runner_leases_reused_total 3\n"}) {
      CAPTURE(part);
      CHECK(text.find(part) != std::string::npos);
    }
    CHECK(metrics.reuse_rate() == doctest::Approx(0.75));
    CHECK(RunnerMetrics().reuse_rate() == 0);
  }
}
