// SPDX-License-Identifier: Apache-2.0
//
// The bounds that workers and tasks are kept within, and what is known of them from outside.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <thread>

#include "base/error.hpp"
#include "runner/lease.hpp"
#include "runner/pool/worker.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using std::chrono::milliseconds;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Stuck in C code, with the first output on its way: Python's own signal handlers cannot run.
int start_stuck(PythonTask& task) { return std::stoi(texts(task.next()).front()); }

int own_oom_score() {
  int score = 0;
  std::ifstream("/proc/self/oom_score_adj") >> score;
  return score;
}

}  // namespace

TEST_SUITE("worker limits") {
  TEST_CASE("a task that takes too long fails, and its worker is killed") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.task_ms_max = milliseconds(300)});
      CHECK_THROWS_WITH_AS(workers.run("hang", {}),
                           doctest::Contains("its task took longer than 300 ms"), WorkerFailed);
      CHECK(workers.stats().live == 0);
    }
  }

  TEST_CASE("a task that takes too long in C code says where, with crash reports on") {
    Workers workers(interpreters().front(),
                    {.faulthandler = true, .task_ms_max = milliseconds(1'500)});
    const auto task = workers.start("stuck_in_c", {});
    start_stuck(*task);
    try {
      read_all(*task);
      FAIL("no error");
    } catch (const WorkerFailed& error) {
      CHECK(contains(error.what(), "took longer than 1500 ms"));
      CHECK(contains(error.what(), "in stuck_in_c"));
    }
  }

  TEST_CASE("a worker that was told to end just as its task ended well gets no further task") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.task_ms_max = milliseconds(1'500)});
      WorkerFactory& factory = workers.factories().get(interpreter.python);
      // A worker that has served a task gets all input, and so answers, before its task is read.
      workers.run("identity", {});
      const auto too_long = workers.start("identity", {"a"});
      std::this_thread::sleep_for(milliseconds(2'000));
      CHECK(read_all(*too_long) == std::vector<std::string>{"a"});
      CHECK(workers.stats().live == 0);

      workers.run("identity", {});
      const auto stopped = workers.start("identity", {"a"});
      std::this_thread::sleep_for(milliseconds(500));
      CHECK(factory.stop_worker(stopped->worker_pid()));
      CHECK(read_all(*stopped) == std::vector<std::string>{"a"});
      CHECK(workers.stats().live == 0);
      workers.run("identity", {});
    }
  }

  TEST_CASE("a cancelled worker that is stuck in C code ends though nobody reads its task") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.cancel_kill_ms_max = milliseconds(50)});
      const auto cancel = std::make_shared<CancelToken>();
      const auto task = workers.start("stuck_in_c", {}, cancel);
      const int pid = start_stuck(*task);
      cancel->cancel("the job was cancelled");
      CHECK(eventually([&] { return !process_exists(pid); }));
      CHECK_THROWS_WITH_AS(read_all(*task), "the job was cancelled", TaskCancelled);
      CHECK(workers.stats().live == 0);
    }
  }

  TEST_CASE("a task that needs too much memory fails by itself") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.memory_mb = 1024});
      CHECK_THROWS_WITH_AS(workers.run("too_much_memory", {"2048"}),
                           doctest::Contains("MemoryError"), PythonError);
      CHECK(workers.run("identity", {"a"}) == std::vector<std::string>{"a"});
    }
  }

  TEST_CASE("workers are ended before this process when memory is short") {
    for (const bool use_daemon : {true, false}) {
      Workers workers(interpreters().front(), {.use_daemon = use_daemon, .oom_score_more = 77});
      CHECK(workers.run("oom_score", {}).front() ==
            std::to_string(std::min(own_oom_score() + 77, 1000)));
    }
  }

  TEST_CASE("a factory shows its daemon and its workers, and stops one that is named") {
    const Interpreter& interpreter = interpreters().front();
    Workers workers(interpreter);
    WorkerFactory& factory = workers.factories().get(interpreter.python);
    CHECK(factory.use_daemon());
    CHECK_FALSE(factory.daemon());
    auto task = workers.start("say_pid_then_hang", {});
    factory.prewarm(1);
    REQUIRE(factory.daemon());
    CHECK(factory.daemon()->pid == children().front());
    const std::vector<WorkerInfo> found = factory.workers();
    REQUIRE(found.size() == 2);
    const bool first_is_busy = found[0].pid == task->worker_pid();
    CHECK(found[0].busy == first_is_busy);
    CHECK(found[1].busy == !first_is_busy);
    CHECK(found[0].tasks + found[1].tasks == 1);
    CHECK_FALSE(factory.stop_worker(1));
    for (const WorkerInfo& worker : found) CHECK(factory.stop_worker(worker.pid));
    CHECK_THROWS_WITH_AS(read_all(*task), doctest::Contains("was stopped on request"),
                         WorkerFailed);
    CHECK(factory.workers().empty());
    CHECK(factory.stats().live == 0);
  }

  TEST_CASE("waiting for a daemon can be cancelled, by those who start it and those who wait") {
    const TempDir site(default_temp_root(), "py4cpp-site-");
    std::ofstream(site.path() / "sitecustomize.py") << "import time; time.sleep(600)";
    for (const bool use_daemon : {true, false}) {
      CAPTURE(use_daemon);
      Workers workers(interpreters().front(),
                      {.use_daemon = use_daemon,
                       .environment = {{"PYTHONPATH", site.path().string()}},
                       .stop_ms_max = milliseconds(50)});
      const auto cancel = std::make_shared<CancelToken>();
      std::vector<std::jthread> threads;
      for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
          CHECK_THROWS_WITH_AS(workers.start("identity", {}, cancel), "enough", TaskCancelled);
        });
      }
      CHECK(eventually([&] { return !children().empty(); }));
      cancel->cancel("enough");
      threads.clear();
      CHECK(workers.stats().live == 0);
      CHECK(children().empty());
    }
  }

  TEST_CASE("what functions print and log comes line by line with its task") {
    const Interpreter& interpreter = interpreters().front();
    std::mutex mutex;
    std::vector<std::string> records;
    std::vector<std::string> plain;
    const WorkerOptions options{.release = interpreter.release,
                                .session_id = "a session",
                                .output = [&](const OutputLine& line) {
                                  const std::lock_guard lock(mutex);
                                  (line.is_record ? records : plain)
                                      .push_back(std::to_string(line.task_attempt_id.value_or(-1)) +
                                                 " " + std::string(line.text));
                                }};
    const Workers functions(interpreter);
    {
      WorkerFactories factories(options);
      const PythonRunner runner(factories, functions.function("say"));
      for (const std::int64_t task : {7, 8}) {
        TaskContext context;
        context.task_attempt_id = task;
        read_all(*runner.compute(source({"item " + std::to_string(task)}), context));
      }
    }
    REQUIRE(records.size() == 4);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const std::string task = i < 2 ? "7" : "8";
      CHECK(records[i].starts_with(task + " {"));
      CHECK(contains(records[i], (i % 2 == 0 ? "printed item " : "logged item ") + task));
    }
    CHECK(std::find(plain.begin(), plain.end(), "-1 printed item 7") != plain.end());
  }

  TEST_CASE("a long text that a function prints is one record") {
    const Interpreter& interpreter = interpreters().front();
    const Workers functions(interpreter);
    std::vector<std::string> records;
    const WorkerOptions options{.release = interpreter.release,
                                .session_id = "a session",
                                .output = [&](const OutputLine& line) {
                                  if (line.is_record) records.emplace_back(line.text);
                                }};
    const std::string item(300'000, 'x');
    {
      WorkerFactories factories(options);
      const PythonRunner runner(factories, functions.function("say"));
      read_all(*runner.compute(source({item}), {}));
    }
    REQUIRE(records.size() == 2);
    for (const std::string& record : records) {
      CHECK(record.starts_with("{"));
      CHECK(record.ends_with("}"));
      CHECK(contains(record, item));
    }
  }

  TEST_CASE("lines of a worker without a daemon have their task, also when it has ended") {
    const Interpreter& interpreter = interpreters().front();
    const Workers functions(interpreter);
    std::map<std::int64_t, int> lines;
    // Each line takes longer to take in than to write, so that many wait in the pipe at the end.
    const auto slow_sink = [&](const OutputLine& line) {
      ++lines[line.task_attempt_id.value_or(-1)];
      const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
      while (std::chrono::steady_clock::now() < until) {
      }
    };
    {
      WorkerFactories factories(
          {.release = interpreter.release, .use_daemon = false, .output = slow_sink});
      const PythonRunner runner(factories, functions.function("chatter"));
      TaskContext context;
      context.task_attempt_id = 7;
      read_all(*runner.compute(source({"a"}), context));
    }
    CHECK(lines == std::map<std::int64_t, int>{{7, 4000}});
  }

  TEST_CASE("tasks are counted with their bytes and phases") {
    Workers workers(interpreters().front());
    workers.run("identity", {std::string(1000, 'x')});
    const auto task = workers.start("identity", {"a", "b"});
    read_all(*task);
    const RunnerMetrics two = workers.factories().metrics();
    CHECK(task->bytes_sent() > 100);
    CHECK(two.bytes_sent - task->bytes_sent() == task->bytes_sent() + 1000 + 4 - 10);
    CHECK(two.bytes_received > task->bytes_received() + 1000);
    CHECK(task->bytes_received() > 10);
    CHECK(task->rows_sent() == 0);
    CHECK(workers.factories().metrics().frames_sent == 3);
    CHECK(workers.factories().metrics().frames_received == 3);
    CHECK_THROWS_AS(workers.run("boom", {"x"}), PythonError);
    CHECK_THROWS_AS(workers.run("kill_while_reading", {"x"}), WorkerFailed);
    workers.start("hang", {}).reset();
    const RunnerMetrics metrics = workers.factories().metrics();
    CHECK(metrics.tasks_completed == 2);
    CHECK(metrics.tasks_raised == 1);
    CHECK(metrics.tasks_lost == 1);
    CHECK(metrics.tasks_cancelled == 1);
    CHECK(metrics.bytes_sent > 1000);
    CHECK(metrics.bytes_received > 1000);
    CHECK(metrics.boot.count() == 2);
    CHECK(metrics.whole.total >= metrics.init.total + metrics.compute.total);
    CHECK(metrics.workers.leases == 5);
    CHECK(metrics.reuse_rate() == doctest::Approx(0.4));
  }

  TEST_CASE("tasks that get no worker are counted, too") {
    Workers workers(interpreters().front(), {.workers_max = 1});
    const auto task = workers.start("identity", {});
    CHECK_THROWS_AS(workers.start("identity", {}), Overloaded);
    const auto cancel = std::make_shared<CancelToken>();
    cancel->cancel("enough");
    CHECK_THROWS_AS(workers.start("identity", {}, cancel), TaskCancelled);
    const RunnerMetrics metrics = workers.factories().metrics();
    CHECK(metrics.tasks_failed == 1);
    CHECK(metrics.tasks_cancelled == 1);
  }
}
