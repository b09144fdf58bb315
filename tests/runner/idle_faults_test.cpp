// SPDX-License-Identifier: Apache-2.0
//
// Workers that fail while they are idle: no task is harmed.
#include <signal.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "fault_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using std::chrono::milliseconds;

namespace {

// Faults that wait in an idle worker until they are told to happen.
class Latent {
 public:
  explicit Latent(Workers& workers) : workers_(workers) {
    REQUIRE(::mkfifo(pipe_.c_str(), 0600) == 0);
  }

  // Runs a task that leaves a fault behind; the worker's id.
  pid_t leave(const std::string& fault) {
    const auto task = workers_.start("fault_when_idle", {fault + " " + pipe_, "a"});
    CHECK(read_all(*task) == std::vector<std::string>{"a"});
    CHECK(workers_.stats().idle == 1);
    return task->worker_pid();
  }

  // The worker opens the other end.
  void happen() const { const std::ofstream opened(pipe_); }

 private:
  Workers& workers_;
  const TempDir folder_ = TempDir(default_temp_root(), "py4cpp-latent-");
  const std::string pipe_ = (folder_.path() / "pipe").string();
};

}  // namespace

TEST_SUITE("idle faults") {
  TEST_CASE("a worker that dies or stops while it is idle harms no task") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.task_ms_max = milliseconds(1'500)});
      for (const int signal : {SIGKILL, SIGSEGV, SIGABRT, SIGTERM}) {
        const int pid = std::stoi(workers.run("pid", {}).front());
        ::kill(pid, signal);
        CHECK(eventually([&] { return !process_exists(pid); }));
        check_well(workers);
      }
      ::kill(std::stoi(workers.run("pid", {}).front()), SIGSTOP);
      CHECK_THROWS_WITH_AS(workers.run("identity", {}), doctest::Contains("took longer than"),
                           WorkerFailed);
      check_well(workers);
    }
  }

  TEST_CASE("an idle worker that died is passed over, also when a child of it has its connection") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto task = workers.start("leave_child_and_answer", {"a"});
      CHECK(read_all(*task) == std::vector<std::string>{"a"});
      CHECK(workers.stats().idle == 1);
      ::kill(task->worker_pid(), SIGKILL);
      CHECK(eventually([&] { return !process_exists(task->worker_pid()); }));
      check_well(workers);
      CHECK(workers.stats().created == 2);
    }
  }

  TEST_CASE("a worker that ends by what an earlier task left in it is passed over") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      Latent latent(workers);
      for (const char* fault : {"exits", "killed", "crashes", "aborts"}) {
        CAPTURE(fault);
        const pid_t pid = latent.leave(fault);
        latent.happen();
        CHECK(eventually([&] { return !process_exists(pid); }));
        check_well(workers);
        workers.factories().stop();
      }
    }
  }

  TEST_CASE("a worker survives what an earlier task's thread runs into, and serves on") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.memory_mb = 2048});
      Latent latent(workers);
      for (const auto& each :
           {std::pair("raises", "raised on purpose"), std::pair("memory", "MemoryError"),
            std::pair("full", "No space left on device")}) {
        const std::string fault = each.first;
        const std::string text = each.second;
        CAPTURE(fault);
        latent.leave(fault);
        latent.happen();
        CHECK(eventually([&] { return workers.said().find(text) != std::string::npos; }));
        check_well(workers);
      }
      CHECK(workers.stats().created == 1);
    }
  }

  TEST_CASE("a worker whose descriptors an earlier task lost is replaced when a task needs one") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      Latent latent(workers);
      latent.leave("descriptors");
      latent.happen();
      CHECK(eventually([&] { return workers.said().find("Too many open") != std::string::npos; }));
      check_well(workers);
      CHECK(workers.stats().created == 1);
      CHECK_THROWS_WITH_AS(workers.run("fault", {"reading full"}),
                           doctest::Contains("Too many open files"), PythonError);
      check_well(workers);
      CHECK(workers.stats().created == 2);
    }
  }
}
