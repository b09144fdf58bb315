// SPDX-License-Identifier: Apache-2.0
//
// Every way in which a worker can fail, each while it reads and while it writes, and forks that the
// system refuses. Afterwards the pool works as before.
#include <doctest/doctest.h>
#include <signal.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "base/error.hpp"
#include "failing_forks.hpp"
#include "fault_fixture.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using std::chrono::milliseconds;

namespace {

struct Fault {
  const char* name;
  const char* text;  // part of the error
};

// What the worker cannot tell, and what it can.
constexpr Fault deaths[] = {{"killed", "was killed or crashed"},
                            {"exits", "was killed or crashed"},
                            {"crashes", "was killed or crashed"},
                            {"aborts", "was killed or crashed"},
                            {"hangs", "took longer than 1500 ms"},
                            {"killed_with_child", "was killed or crashed"},
                            {"hangs_with_child", "took longer than 1500 ms"}};
constexpr Fault raises[] = {{"raises", "raised on purpose"},
                            {"memory", "MemoryError"},
                            {"descriptors", "Too many open files"}};

std::vector<std::string> input_for(const char* when, const Fault& fault) {
  std::vector<std::string> input(20, std::string(100'000, 'x'));
  input.front() = std::string(when) + " " + fault.name;
  return input;
}

}  // namespace

TEST_SUITE("worker faults") {
  TEST_CASE("a worker that dies while it reads or writes fails its task alone") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.task_ms_max = milliseconds(1'500)});
      for (const char* when : {"reading", "writing"}) {
        for (const Fault& fault : deaths) {
          CAPTURE(when);
          CAPTURE(fault.name);
          CHECK_THROWS_WITH_AS(workers.run("fault", input_for(when, fault)),
                               doctest::Contains(fault.text), WorkerFailed);
        }
      }
      check_well(workers);
      CHECK(workers.stats().daemon_starts == 1);
    }
  }

  TEST_CASE("a simple worker that dies while it reads or writes says how") {
    const Interpreter& interpreter = interpreters().front();
    Workers workers(interpreter, {.use_daemon = false});
    CHECK_THROWS_WITH_AS(workers.run("fault", input_for("reading", {"killed", ""})),
                         doctest::Contains("ended (killed by SIGKILL)"), WorkerFailed);
    CHECK_THROWS_WITH_AS(workers.run("fault", input_for("writing", {"crashes", ""})),
                         doctest::Contains("ended (killed by SIGSEGV)"), WorkerFailed);
    CHECK_THROWS_WITH_AS(workers.run("fault", input_for("reading", {"exits", ""})),
                         doctest::Contains("ended (exit status 3)"), WorkerFailed);
    check_well(workers);
    Workers hurried(interpreter, {.use_daemon = false, .task_ms_max = milliseconds(1'500)});
    CHECK_THROWS_WITH_AS(hurried.run("fault", input_for("writing", {"hangs", ""})),
                         doctest::Contains("took longer than 1500 ms"), WorkerFailed);
    CHECK(hurried.stats().live == 0);
  }

  TEST_CASE("a function that fails while it reads or writes fails its task alone") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.memory_mb = 2048});
      for (const char* when : {"reading", "writing"}) {
        for (const Fault& fault : raises) {
          CAPTURE(when);
          CAPTURE(fault.name);
          CHECK_THROWS_WITH_AS(workers.run("fault", input_for(when, fault)),
                               doctest::Contains(fault.text), PythonError);
        }
      }
      check_well(workers);
    }
  }

  TEST_CASE("without a bound on memory, what is too much under one is none too much") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK(workers.run("fault", input_for("reading", {"memory", ""})).size() == 19);
      CHECK(workers.run("fault", input_for("writing", {"memory", ""})).size() == 20);
    }
  }

  TEST_CASE("a worker that ended after its last word is not lost") {
    for (const Interpreter& interpreter : interpreters()) {
      for (const bool unix_sockets : {true, false}) {
        CAPTURE(interpreter.release.text());
        CAPTURE(unix_sockets);
        Workers workers(interpreter, {.unix_sockets = unix_sockets});
        const std::vector<std::string> input = {std::string(10'000, 'x'), "a"};
        workers.run("leave_child_and_answer", {});
        // A worker that has served a task gets all input, and so answers, before its task is read.
        const auto task = workers.start("identity", input);
        std::this_thread::sleep_for(milliseconds(500));
        ::kill(task->worker_pid(), SIGKILL);
        CHECK(eventually([&] { return !process_exists(task->worker_pid()); }));
        CHECK(read_all(*task) == input);
        check_well(workers);
      }
    }
  }

  TEST_CASE("a worker that closes its connection and goes on is killed") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto task = workers.start("close_all_and_loop", {});
      CHECK_THROWS_WITH_AS(read_all(*task), doctest::Contains("was killed or crashed"),
                           WorkerFailed);
      CHECK(eventually([&] { return !process_exists(task->worker_pid()); }));
      CHECK(workers.stats().live == 0);
    }
  }

  TEST_CASE("a daemon that is killed while its workers read, write or wait is replaced") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      WorkerFactory& factory = workers.factories().get(interpreter.python);
      factory.prewarm(3);
      ReadingAndWriting busy(workers);  // and one worker waits for a task
      ::kill(factory.daemon()->pid, SIGKILL);
      busy.check_right();
      CHECK(workers.stats().daemon_starts == 1);

      std::vector<std::unique_ptr<PythonTask>> stuck;
      for (int i = 0; i < 3; ++i) stuck.push_back(workers.start("hang", {}));
      CHECK_NOTHROW(workers.run("identity", {"a"}));
      CHECK(workers.stats().daemon_starts == 2);
      CHECK(workers.factories().metrics().workers.daemon_restarts == 1);
    }
  }

  TEST_CASE("a daemon that cannot fork says so, and is asked again by the next task") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      const FailingForks forks;
      Workers workers(interpreter, {.environment = forks.environment()});
      forks.begin();
      CHECK_THROWS_WITH_AS(workers.run("identity", {}),
                           doctest::Contains("cannot fork a worker: Cannot allocate memory"),
                           WorkerFailed);
      CHECK(workers.stats().live == 0);
      forks.end();
      check_well(workers);
      CHECK(workers.stats().daemon_starts == 1);
    }
  }

  TEST_CASE("a daemon that may not fork for now tries again, and is replaced when that fails too") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      const FailingForks forks;
      Workers workers(interpreter, {.environment = forks.environment()});
      forks.begin(EAGAIN, 1);
      check_well(workers);
      CHECK(workers.stats().daemon_starts == 1);

      workers.factories().stop();  // so that the next task needs a fork
      forks.begin(EAGAIN, 2);
      check_well(workers);
      CHECK(workers.stats().daemon_starts == 3);
      CHECK(workers.stats().daemon_restarts == 1);
    }
  }

  TEST_CASE("a fork that fails for lack of memory leaves those alone that read and write") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      const FailingForks forks;
      Workers workers(interpreter, {.environment = forks.environment()});
      ReadingAndWriting busy(workers);
      forks.begin(ENOMEM, 1);
      CHECK_THROWS_WITH_AS(workers.run("identity", {}), doctest::Contains("cannot fork a worker"),
                           WorkerFailed);
      busy.check_right();
      check_well(workers);
      CHECK(workers.stats().daemon_starts == 1);
    }
  }

  TEST_CASE("a daemon that ends as it may not fork says so to those who lose their workers by it") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      const FailingForks forks;
      Workers workers(interpreter, {.environment = forks.environment()});
      ReadingAndWriting busy(workers);
      forks.begin(EAGAIN, 2);
      CHECK(workers.run("upper", {"a"}) == std::vector<std::string>{"A"});
      busy.check_fails("its daemon ended (exit status 1) and took its workers along");
      check_well(workers);
      CHECK(workers.stats().daemon_restarts == 1);
    }
  }

  TEST_CASE("when a new daemon may not fork either, the task fails and the next one starts anew") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      const FailingForks forks;
      Workers workers(interpreter, {.environment = forks.environment()});
      forks.begin(EAGAIN);
      CHECK_THROWS_WITH_AS(workers.run("identity", {}),
                           doctest::Contains("does not fork workers either"), WorkerFailed);
      CHECK(workers.stats().live == 0);
      CHECK(workers.stats().daemon_starts == 2);
      forks.end();
      check_well(workers);
      CHECK(workers.stats().daemon_starts == 3);
    }
  }

  TEST_CASE("a broadcast whose file is gone or cut off fails the task that reads it") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const TempDir folder(default_temp_root(), "py4cpp-broadcasts-");
      const std::string cut_off = (folder.path() / "cut-off").string();
      std::ofstream(cut_off, std::ios::binary) << "\x80\x05X\x10";
      for (const std::string& path : {cut_off, (folder.path() / "gone").string()}) {
        PythonFunction function = workers.function("broadcasts");
        function.broadcasts = {std::make_shared<const Broadcast>(Broadcast{5, path})};
        const PythonRunner runner(workers.factories(), function);
        CHECK_THROWS_AS(read_all(*runner.compute(source({"5"}), {})), PythonError);
      }
      check_well(workers);
    }
  }
}
