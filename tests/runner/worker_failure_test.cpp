// SPDX-License-Identifier: Apache-2.0
//
// What a task reports when its function raises, its worker dies, or somebody has had enough.
#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "base/error.hpp"
#include "runner/piped_process.hpp"
#include "runner/prewarm.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using std::chrono::milliseconds;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string failure_of(Workers& workers, const std::string& name,
                       const std::vector<std::string>& input) {
  try {
    workers.run(name, input);
    return "no error";
  } catch (const WorkerFailed& error) {
    return error.what();
  }
}

class FullServer final : public BroadcastServer {
 public:
  LocalServer offer(const std::vector<std::shared_ptr<const Broadcast>>&) override {
    throw Overloaded("no place is left");
  }
};

class SignalIgnored {
 public:
  explicit SignalIgnored(int number) : number_(number), before_(std::signal(number, SIG_IGN)) {}
  SignalIgnored(const SignalIgnored&) = delete;
  SignalIgnored& operator=(const SignalIgnored&) = delete;
  ~SignalIgnored() { std::signal(number_, before_); }

 private:
  const int number_;
  void (*const before_)(int);
};

}  // namespace

TEST_SUITE("worker failure") {
  TEST_CASE("an exception in a function comes back with its traceback") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      try {
        workers.run("boom", {"first", "second"});
        FAIL("no error");
      } catch (const PythonError& error) {
        CHECK(std::string(error.what()) == "ValueError: boom at first");
        CHECK(error.traceback().starts_with("Traceback (most recent call last):"));
        CHECK(contains(error.traceback(), "in boom"));
      }
      CHECK(workers.stats().live == 0);
      CHECK(workers.run("identity", {"a"}) == std::vector<std::string>{"a"});
      CHECK(workers.stats().created == 2);
    }
  }

  TEST_CASE("an exception while input is still on its way does not block") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK_THROWS_AS(workers.run("boom", std::vector<std::string>(50, std::string(1 << 20, 'x'))),
                      PythonError);
    }
  }

  TEST_CASE("a function that cannot be unpickled is an exception of the function") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK_THROWS_WITH_AS(workers.run("garbage", {"x"}), doctest::Contains("UnpicklingError"),
                           PythonError);
    }
  }

  TEST_CASE("a function for another Python version is refused by the worker") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      PythonFunction function = workers.function("identity");
      function.python_version = "2.7";
      const PythonRunner runner(workers.factories(), function);
      CHECK_THROWS_WITH_AS(read_all(*runner.compute(source({}), {})), doctest::Contains("2.7"),
                           PythonError);
    }
  }

  TEST_CASE("a worker that is killed while it reads fails its task") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const std::vector<std::string> much(50, std::string(1 << 20, 'x'));
      CHECK(contains(failure_of(workers, "kill_while_reading", {"x"}), "was killed or crashed"));
      CHECK(contains(failure_of(workers, "kill_while_reading", much), "was killed or crashed"));
      CHECK(workers.stats().live == 0);
      CHECK(workers.run("identity", {"a"}) == std::vector<std::string>{"a"});
      CHECK(workers.stats().daemon_starts == 1);
    }
  }

  TEST_CASE("a worker that is killed while it writes fails its task") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK(contains(failure_of(workers, "kill_while_writing", {"x"}), "was killed or crashed"));
      CHECK(workers.stats().live == 0);
    }
  }

  TEST_CASE("what a worker said last is in the error") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const std::string text = failure_of(workers, "hard_exit", {"x"});
      CHECK(contains(text, "was killed or crashed"));
      CHECK(contains(text, "; see the system's log for a lack of memory, and turn the workers'"));
      CHECK(contains(text, "leaving by the back door"));
      CHECK(contains(workers.said(), "leaving by the back door"));
    }
  }

  TEST_CASE("with crash reports on, a crash shows where Python was") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.faulthandler = true});
      const std::string text = failure_of(workers, "segfault", {});
      CHECK(contains(text, "Segmentation fault"));
      CHECK(contains(text, "in segfault"));
    }
  }

  TEST_CASE("a crash report is a file of bounded length, whatever a worker puts in its place") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      const TempDir local(default_temp_root(), "py4cpp-local-");
      Workers workers(interpreter, {.local_dirs = {local.path()}, .faulthandler = true});
      for (const char* what : {"fifo", "link", "folder"}) {
        CAPTURE(what);
        const std::string text = failure_of(workers, "forge_report", {what});
        CHECK(contains(text, "was killed or crashed"));
        CHECK_FALSE(contains(text, "Its Python stack was"));
      }
      const std::string text = failure_of(workers, "forge_report", {"much"});
      CHECK(contains(text, "Its Python stack was:\nforged"));
      CHECK(text.size() < (std::size_t{65} << 10));
      for (const auto& folder : std::filesystem::directory_iterator(local.path())) {
        CHECK(std::filesystem::is_empty(folder));
      }
    }
  }

  TEST_CASE("workers may print as much as they like") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK(workers.run("chatter", {"a", "b"}) == std::vector<std::string>{"a", "b"});
      CHECK(eventually([&] { return contains(workers.said(), "stderr says"); }));
      CHECK(contains(workers.said(), "stdout says"));
    }
  }

  TEST_CASE("a task that is stuck can be cancelled, and its worker is gone") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto cancel = std::make_shared<CancelToken>();
      const auto task = workers.start("hang", {"x"}, cancel);
      const int pid = task->worker_pid();
      const std::jthread other([&] { cancel->cancel("the job was cancelled"); });
      CHECK_THROWS_WITH_AS(task->next(), "the job was cancelled", TaskCancelled);
      CHECK(eventually([&] { return !process_exists(pid); }));
      CHECK(workers.stats().killed == 1);
      CHECK_THROWS_AS(workers.start("identity", {}, cancel), TaskCancelled);
    }
  }

  TEST_CASE("a task that is idle for too long is reported and, if asked for, killed") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(
          interpreter,
          {.task_idle_ms_max = milliseconds(700), .kill_on_task_idle = true, .faulthandler = true});
      const std::string text = failure_of(workers, "hang", {});
      CHECK(contains(text, "took and gave nothing for 700 ms and was killed"));
      CHECK(contains(text, "in hang"));
      CHECK(contains(workers.said(), "took and gave nothing for 700 ms"));
      CHECK(workers.stats().live == 0);
    }
  }

  TEST_CASE("a task that is idle for too long goes on, with a warning, unless it is to be killed") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.task_idle_ms_max = milliseconds(300)});
      CHECK(workers.run("late", {"a", "b"}) == std::vector<std::string>{"a", "b"});
      CHECK(contains(workers.said(), "took and gave nothing for 300 ms"));
      CHECK(workers.stats().idle == 1);
      CHECK(workers.stats().killed == 0);
    }
  }

  TEST_CASE("with stack dumps on, a task that hangs shows where it is while it runs") {
    Workers workers(interpreters().front(), {.traceback_dump_s = std::chrono::seconds(1)});
    const auto cancel = std::make_shared<CancelToken>();
    const auto task = workers.start("hang", {}, cancel);
    const std::jthread other([&] {
      CHECK(eventually([&] { return contains(workers.said(), "in hang"); }));
      cancel->cancel("seen enough");
    });
    CHECK_THROWS_WITH_AS(task->next(), "seen enough", TaskCancelled);
  }

  TEST_CASE("among tasks that fail in every way, the others are right") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      std::atomic<int> right = 0;
      std::atomic<int> failed = 0;
      const auto attempt = [&](const char* name) {
        try {
          if (workers.run(name, {"1", "2"}) == std::vector<std::string>{"1", "2"}) ++right;
        } catch (const Error&) {
          ++failed;
        }
      };
      {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 3; ++thread) {
          threads.emplace_back([&] {
            for (int round = 0; round < 3; ++round) {
              for (const char* name : {"identity", "boom", "identity", "kill_while_reading",
                                       "identity", "hard_exit", "kill_while_writing"}) {
                attempt(name);
              }
            }
          });
        }
      }
      CHECK(right == 27);
      CHECK(failed == 36);
      CHECK(workers.stats().live == workers.stats().idle);
      CHECK(workers.stats().daemon_starts == 1);
    }
  }

  TEST_CASE("a frame over the bound fails the task before it is taken in") {
    Workers workers(interpreters().front(), {.task_bytes_max = 1 << 20});
    CHECK(workers.run("megabytes", {"1"}).size() == 1);
    CHECK_THROWS_WITH_AS(
        workers.run("megabytes", {"2"}),
        doctest::Contains("a frame of 2097152 bytes is over the bound, "
                          "WorkerOptions::task_bytes_max, which is 1048576; raise it"),
        Overloaded);
    CHECK(workers.factories().metrics().tasks_failed == 1);
    CHECK(workers.stats().live == 0);
  }

  TEST_CASE("a frame may have 64 MB, and more when it is allowed") {
    const Interpreter& interpreter = interpreters().front();
    {
      Workers workers(interpreter);
      CHECK(workers.run("megabytes", {"64"}).front().size() == std::size_t{64} << 20);
      CHECK_THROWS_AS(workers.run("megabytes", {"65"}), Overloaded);
    }
    Workers larger(interpreter, {.task_bytes_max = 0x7fffffff});
    CHECK(larger.run("megabytes", {"65"}).front().size() == std::size_t{65} << 20);
  }

  TEST_CASE("workers of another release than the options say are refused") {
    const std::vector<Interpreter>& all = interpreters();
    for (const bool use_daemon : {true, false}) {
      CAPTURE(use_daemon);
      for (std::size_t i = 0; i < 2; ++i) {
        Interpreter told = all[i];
        told.release = all[1 - i].release;
        Workers workers(told, {.use_daemon = use_daemon});
        const std::string text = "' has PySpark " + all[i].release.text();
        CHECK_THROWS_WITH_AS(workers.run("identity", {"a"}), doctest::Contains(text.c_str()),
                             Error);
        CHECK_THROWS_WITH_AS(workers.run("identity", {"a"}),
                             doctest::Contains("set WorkerOptions::release"), Error);
        CHECK(workers.stats().live == 0);
        CHECK(children().empty());
      }
    }
  }

  TEST_CASE("a task whose header cannot be made counts as failed and costs no worker") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      PythonFunction function = workers.function("broadcasts");
      function.broadcasts = {std::make_shared<const Broadcast>(
          Broadcast{.id = 1, .path = workers.folder() + "/first-broadcast"})};
      const auto server = std::make_shared<FullServer>();
      const PythonRunner runner(workers.factories(), function,
                                {.files_directory = workers.folder(), .broadcast_server = server});
      workers.run("identity", {"a"});
      CHECK_THROWS_WITH_AS(runner.compute(source({"1"}), {}), "no place is left", Overloaded);
      CHECK(workers.factories().metrics().tasks_failed == 1);
      CHECK(workers.stats().created == 1);
      CHECK(workers.stats().idle == 1);
      // The worker holds no broadcast yet, and is sent it when there is no server in between.
      const PythonRunner direct(workers.factories(), function,
                                {.files_directory = workers.folder()});
      CHECK(read_all(*direct.compute(source({"1"}), {})) == std::vector<std::string>{"111"});
      CHECK(workers.stats().created == 1);
    }
  }

  TEST_CASE("where this program ignores SIGCHLD, tasks and commands end all the same") {
    const NothingIsLeft check;
    const SignalIgnored ignored(SIGCHLD);
    const auto start = std::chrono::steady_clock::now();
    for (const bool use_daemon : {true, false}) {
      CAPTURE(use_daemon);
      const Interpreter& interpreter = interpreters().front();
      CHECK(probe_python(interpreter.python).python_version == interpreter.python_version);
      WorkerFactories factories({.release = interpreter.release, .use_daemon = use_daemon});
      PythonFunction function;
      function.python_executable = interpreter.python;
      function.python_version = interpreter.python_version;
      function.command = std::make_shared<const Bytes>(warm_up_command({}));
      const PythonRunner runner(factories, function);
      CHECK(read_all(*runner.compute(source({}), {})).empty());
    }
    PipedProcess process({.command = {"cat"}}, source({"a"}));
    CHECK(texts(process.next()) == std::vector<std::string>{"a"});
    CHECK_THROWS_WITH_AS(process.next(), doctest::Contains("ignores SIGCHLD"), WorkerFailed);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  }
}
