// SPDX-License-Identifier: Apache-2.0
//
// How workers are made, kept, counted and let go.
#include "runner/worker_factory.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/temp_dir.hpp"
#include "runner/lease.hpp"
#include "runner/pool/worker.hpp"
#include "runner/pool/worker_host.hpp"
#include "sitecustomize.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using std::chrono::milliseconds;

namespace {

int pid_of(Workers& workers) { return std::stoi(workers.run("pid", {}).front()); }

std::string failure_of(Workers& workers) {
  try {
    workers.run("identity", {});
    return "no error";
  } catch (const WorkerFailed& error) {
    return error.what();
  }
}

int family_of(const Fd& socket) {
  int family = -1;
  socklen_t size = sizeof family;
  REQUIRE(::getsockopt(socket.get(), SOL_SOCKET, SO_DOMAIN, &family, &size) == 0);
  return family;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("worker factory") {
  TEST_CASE("a worker serves one task after another") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const int pid = pid_of(workers);
      for (int i = 0; i < 4; ++i) CHECK(pid_of(workers) == pid);
      const WorkerStats stats = workers.stats();
      CHECK(stats.created == 1);
      CHECK(stats.reused == 4);
      CHECK(stats.daemon_starts == 1);
      CHECK(stats.idle == 1);
      CHECK(stats.live == 1);
      const auto task = workers.start("identity", {});
      CHECK(task->worker_reused());
      CHECK(task->worker_pid() == pid);
      read_all(*task);
    }
  }

  TEST_CASE("workers serve one task each when they are not to be reused") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.reuse = false});
      const int pid = pid_of(workers);
      CHECK(pid_of(workers) != pid);
      CHECK(workers.stats().created == 2);
      CHECK(workers.stats().live == 0);
      CHECK(eventually([&] { return !process_exists(pid); }));
    }
  }

  TEST_CASE("workers are reached over Unix sockets where the release has them, else over TCP") {
    for (const Interpreter& interpreter : interpreters()) {
      for (const bool use_daemon : {true, false}) {
        CAPTURE(interpreter.release.text());
        CAPTURE(use_daemon);
        Workers workers(interpreter, {.use_daemon = use_daemon});
        WorkerFactory& factory = workers.factories().get(interpreter.python);
        const bool unix_socket = interpreter.release.number() >= ReleaseNumber{4, 1};
        CHECK(family_of(factory.acquire()->socket) == (unix_socket ? AF_UNIX : AF_INET));
        if (use_daemon) CHECK((factory.daemon()->port == 0) == unix_socket);
      }
    }
  }

  TEST_CASE("the newer release can be reached over TCP as well") {
    const Interpreter& interpreter = interpreters().front();
    Workers workers(interpreter, {.unix_sockets = false});
    WorkerFactory& factory = workers.factories().get(interpreter.python);
    CHECK(family_of(factory.acquire()->socket) == AF_INET);
    CHECK(factory.daemon()->port != 0);
    CHECK(pid_of(workers) == pid_of(workers));
  }

  TEST_CASE("without a daemon each task starts a process of its own") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.use_daemon = false});
      CHECK(workers.run("upper", {"a"}) == std::vector<std::string>{"A"});
      CHECK(workers.run("upper", {"b"}) == std::vector<std::string>{"B"});
      CHECK(workers.stats().created == 2);
      CHECK(workers.stats().daemon_starts == 0);
      CHECK(workers.stats().live == 0);
    }
  }

  TEST_CASE("a worker without a daemon may use TCP, and its death has a status") {
    Workers workers(interpreters().front(), {.use_daemon = false, .unix_sockets = false});
    CHECK(workers.run("upper", {"a"}) == std::vector<std::string>{"A"});
    try {
      workers.run("hard_exit", {});
      FAIL("no error");
    } catch (const WorkerFailed& error) {
      CHECK(contains(error.what(), "exit status 7"));
      CHECK(contains(error.what(), "leaving by the back door"));
    }
  }

  TEST_CASE("idle workers expire") {
    Workers workers(interpreters().front(), {.idle_ms_max = milliseconds(100)});
    const int pid = pid_of(workers);
    CHECK(eventually([&] { return workers.stats().live == 0; }));
    CHECK(eventually([&] { return !process_exists(pid); }));
    CHECK(pid_of(workers) != pid);
    CHECK(workers.stats().daemon_starts == 1);
  }

  TEST_CASE("output is taken in while a daemon that hangs is waited for") {
    Workers workers(interpreters().front(), {.idle_ms_max = milliseconds(200),
                                             .connect_ms_max = milliseconds(500),
                                             .stop_ms_max = milliseconds(1'500)});
    WorkerFactory& factory = workers.factories().get(interpreters().front().python);
    const auto task = workers.start("identity", {});
    ::kill(factory.daemon()->pid, SIGSTOP);
    CHECK_NOTHROW(pid_of(workers));  // by another daemon
    read_all(*task);
    CHECK(eventually([&] { return workers.stats().idle == 0; }));
    const auto began = std::chrono::steady_clock::now();
    workers.factories().host().control.catch_up();
    CHECK(std::chrono::steady_clock::now() - began < milliseconds(1'000));
    CHECK(workers.stats().live > 0);
    CHECK(eventually([&] { return workers.stats().live == 0; }));
  }

  TEST_CASE("only so many idle workers are kept") {
    Workers workers(interpreters().front(), {.idle_workers_max = 1});
    auto first = workers.start("identity", {});
    auto second = workers.start("identity", {});
    read_all(*first);
    CHECK(workers.stats().idle == 1);
    read_all(*second);
    CHECK(workers.stats().idle == 1);
    CHECK(workers.stats().live == 1);
  }

  TEST_CASE("only so many workers live at a time") {
    Workers workers(interpreters().front(), {.workers_max = 1});
    const auto task = workers.start("identity", {});
    CHECK_THROWS_AS(workers.start("identity", {}), Overloaded);
    read_all(*task);
    CHECK_NOTHROW(workers.run("identity", {}));
  }

  TEST_CASE("only so many environments have workers of their own") {
    WorkerFactories factories({.factories_max = 2});
    WorkerFactory& first = factories.get("python3");
    factories.get("python3", {{"A", "1"}});
    CHECK_THROWS_WITH_AS(factories.get("python3", {{"A", "2"}}),
                         doctest::Contains("more than 2 different interpreters and environments"),
                         Overloaded);
    CHECK(&factories.get("python3") == &first);
  }

  TEST_CASE("an idle worker that died is passed over") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const int pid = pid_of(workers);
      ::kill(pid, SIGKILL);
      CHECK(eventually([&] { return !process_exists(pid); }));
      CHECK(pid_of(workers) != pid);
      CHECK(workers.stats().live == 1);
      CHECK(workers.stats().created == 2);
    }
  }

  TEST_CASE("a daemon that is gone is replaced, with a warning") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.reuse = false});
      pid_of(workers);
      REQUIRE(children().size() == 1);
      ::kill(children().front(), SIGKILL);
      CHECK_NOTHROW(pid_of(workers));
      CHECK(workers.stats().daemon_starts == 2);
      CHECK(contains(workers.said(), "WorkerFactory: Failed to open socket to Python daemon: "));
      CHECK(contains(workers.said(),
                     "\nAssuming that daemon unexpectedly quit, attempting to restart\n"));
    }
  }

  TEST_CASE("a worker outlives its daemon and ends with its last task") {
    Workers workers(interpreters().front());
    auto task = workers.start("say_pid_then_hang", {});
    const int pid = std::stoi(texts(task->next()).front());
    ::kill(children().front(), SIGKILL);
    CHECK_NOTHROW(pid_of(workers));
    CHECK(process_exists(pid));
    task.reset();
    CHECK(eventually([&] { return !process_exists(pid); }));
  }

  TEST_CASE("stopping ends daemons and idle workers, and later tasks start new ones") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const int pid = pid_of(workers);
      workers.factories().stop();
      CHECK(children().empty());
      CHECK(eventually([&] { return !process_exists(pid); }));
      CHECK(workers.stats().live == 0);
      CHECK(pid_of(workers) != pid);
    }
  }

  TEST_CASE("workers can be made before they are needed") {
    const Interpreter& interpreter = interpreters().front();
    Workers workers(interpreter);
    workers.factories().get(interpreter.python).prewarm(2);
    CHECK(workers.stats().idle == 2);
    pid_of(workers);
    CHECK(workers.stats().reused == 1);
    CHECK(workers.stats().created == 2);
  }

  TEST_CASE("another daemon module starts pyspark's") {
    const TempDir modules(default_temp_root(), "py4cpp-modules-");
    std::ofstream(modules.path() / "marked_daemon.py") << "import os, runpy\n"
                                                          "os.environ['MARK'] = 'daemon'\n"
                                                          "runpy.run_module('pyspark.daemon',"
                                                          " run_name='__main__')\n";
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.daemon_module = "marked_daemon",
                                    .environment = {{"PYTHONPATH", modules.path().string()}}});
      CHECK(workers.run("environment", {"MARK"}) == std::vector<std::string>{"daemon"});
    }
  }

  TEST_CASE("another worker module runs pyspark's, also in a daemon that takes one") {
    const TempDir modules(default_temp_root(), "py4cpp-modules-");
    std::ofstream(modules.path() / "pyspark_marked.py")
        << "import os, runpy\n"
           "from pyspark.worker import main\n"
           "os.environ['MARK'] = 'worker'\n"
           "if __name__ == '__main__':\n"
           "    runpy.run_module('pyspark.worker', run_name='__main__')\n";
    for (const Interpreter& interpreter : interpreters()) {
      for (const bool use_daemon : {true, false}) {
        CAPTURE(interpreter.release.text());
        CAPTURE(use_daemon);
        Workers workers(interpreter, {.use_daemon = use_daemon,
                                      .worker_module = "pyspark_marked",
                                      .environment = {{"PYTHONPATH", modules.path().string()}}});
        const bool taken = !use_daemon || interpreter.release.variant().daemon_argument;
        CHECK(workers.run("environment", {"MARK"}) ==
              std::vector<std::string>{taken ? "worker" : "(not set)"});
      }
    }
  }

  TEST_CASE("an interpreter that is not there is named") {
    Workers workers(interpreters().front());
    PythonFunction function = workers.function("identity");
    function.python_executable = "/no/such/python";
    const PythonRunner runner(workers.factories(), function);
    CHECK_THROWS_WITH_AS(runner.compute(source({}), {}), doctest::Contains("/no/such/python"),
                         Error);
    CHECK_THROWS_WITH_AS(probe_python("/no/such/python"), doctest::Contains("/no/such/python"),
                         Error);
    CHECK(workers.stats().live == 0);
  }

  TEST_CASE("an interpreter without pyspark is named, with what it said") {
    for (const bool use_daemon : {true, false}) {
      CAPTURE(use_daemon);
      Workers workers(interpreters().front(), {.use_daemon = use_daemon});
      PythonFunction function = workers.function("identity");
      function.python_executable = "/usr/bin/python3";
      const PythonRunner runner(workers.factories(), function);
      try {
        runner.compute(source({}), {});
        FAIL("no error");
      } catch (const WorkerFailed& error) {
        CHECK(contains(error.what(), "'/usr/bin/python3 -m pyspark."));
        CHECK(contains(error.what(), "ended (exit status 1)"));
        CHECK(contains(error.what(), "No module named"));
        CHECK_FALSE(error.stderr_lines().empty());
      }
    }
    CHECK_THROWS_WITH_AS(probe_python("/usr/bin/python3"), doctest::Contains("finds no PySpark"),
                         Error);
    CHECK_THROWS_WITH_AS(probe_python("/bin/false"), doctest::Contains("exit status 1"), Error);
  }

  TEST_CASE("a start-up file that prints to stdout is found out") {
    const Sitecustomize prints("print('hello from the site')");
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.environment = prints.environment()});
      const std::string text = failure_of(workers);
      CHECK(contains(text, "printed 'hello from the site"));
      CHECK(contains(text, "PYTHONPATH: " + prints.environment().at("PYTHONPATH")));
      const PythonInstallation found = probe_python(interpreter.python, prints.environment());
      CHECK(found.python_version == interpreter.python_version);
      CHECK(PythonRelease::parse(found.pyspark_version) == interpreter.release);
      CHECK(found.client_package == interpreter.client_package);
    }
  }

  TEST_CASE("a daemon that says nothing is given up in time") {
    const Sitecustomize hangs("import time; time.sleep(600)");
    Workers workers(interpreters().front(), {.environment = hangs.environment(),
                                             .start_ms_max = milliseconds(300),
                                             .stop_ms_max = milliseconds(100)});
    CHECK(contains(failure_of(workers), "gave no answer"));
  }

  TEST_CASE("when this process is killed, all Python processes and commands end with it") {
    // A daemon that takes its time between hearing of our end and telling its workers.
    const Sitecustomize slow(
        "import signal, time\n"
        "original = signal.signal\n"
        "def slowly(number, action):\n"
        "    try:\n"
        "        return original(number, action)\n"
        "    finally:\n"
        "        if number == signal.SIGTERM and action == signal.SIG_DFL: time.sleep(0.2)\n"
        "signal.signal = slowly\n");
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      const Workers workers(interpreter);  // for the folder of functions
      Environment environment = current_environment();
      for (const auto& [name, value] : slow.environment()) environment[name] = value;
      Pipe out = make_pipe();
      Process victim({.argv = {PY4CPP_VICTIM, interpreter.python, workers.folder()},
                      .environment = environment,
                      .stdout_fd = out.write_end.get()});
      out.write_end.reset();
      std::string ids;
      char character = 0;
      while (::read(out.read_end.get(), &character, 1) == 1 && character != '\n') ids += character;
      std::istringstream list(ids);
      std::vector<int> left;
      for (int id = 0; list >> id;) left.push_back(id);
      REQUIRE(left.size() == 3);
      for (const int id : left) CHECK(process_exists(id));
      victim.kill(SIGKILL);
      victim.wait();
      for (const int id : left) CHECK(eventually([&] { return !process_exists(id); }));
      // The daemon too, which we adopted.
      for (const int id : children()) CHECK(eventually([&] { return !process_exists(id); }));
    }
  }

  TEST_CASE("nothing of a daemon's socket stays in the file system") {
    const TempDir folder(default_temp_root(), "py4cpp-sockets-");
    Workers workers(interpreters().front(), {.socket_root = folder.path().string()});
    pid_of(workers);
    CHECK(std::filesystem::is_empty(folder.path()));
    CHECK(pid_of(workers) > 0);
  }
}
