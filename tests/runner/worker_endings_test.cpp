// SPDX-License-Identifier: Apache-2.0
//
// How workers and daemons end, and what is counted of it.
#include <doctest/doctest.h>
#include <signal.h>

#include <latch>
#include <thread>

#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using std::chrono::milliseconds;

namespace {

int pid_of(Workers& workers) { return std::stoi(workers.run("pid", {}).front()); }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_SUITE("worker endings") {
  TEST_CASE("a worker that serves a task while all are stopped ends with it, and so its daemon") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const WorkerFactory& factory = workers.factories().get(interpreter.python);
      const auto task = workers.start("identity", {"a"});
      const int worker = task->worker_pid();
      const int daemon = factory.daemon()->pid;
      workers.factories().stop();
      CHECK(process_exists(worker));
      CHECK(read_all(*task) == std::vector<std::string>{"a"});
      CHECK(children().empty());
      CHECK_FALSE(process_exists(daemon));
      CHECK(eventually([&] { return !process_exists(worker); }));
      CHECK(factory.workers().empty());
      CHECK(pid_of(workers) != worker);
    }
  }

  TEST_CASE("threads that find the daemon gone replace it once, with one warning") {
    const Interpreter& interpreter = interpreters().front();
    Workers workers(interpreter);
    const WorkerFactory& factory = workers.factories().get(interpreter.python);
    for (std::uint64_t round = 1; round <= 3; ++round) {
      workers.start("identity", {}).reset();  // a daemon, and no idle worker
      const int daemon = factory.daemon()->pid;
      ::kill(daemon, SIGKILL);
      std::latch all(8);
      std::vector<std::jthread> threads;
      for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
          all.arrive_and_wait();
          workers.start("identity", {}).reset();
        });
      }
      threads.clear();
      CHECK(workers.stats().daemon_restarts == round);
      CHECK(workers.stats().daemon_starts == round + 1);
      CHECK(count(workers.said(), "Failed to open socket to Python daemon") == round);
    }
  }

  TEST_CASE("workers that expire, are too many or are stopped do not count as killed") {
    const Interpreter& interpreter = interpreters().front();
    {
      Workers workers(interpreter, {.idle_ms_max = milliseconds(100)});
      pid_of(workers);
      CHECK(eventually([&] { return workers.stats().retired == 1; }));
      CHECK(workers.stats().killed == 0);
    }
    Workers workers(interpreter, {.idle_workers_max = 1});
    auto first = workers.start("identity", {});
    auto second = workers.start("identity", {});
    read_all(*first);
    read_all(*second);
    CHECK(workers.stats().retired == 1);
    workers.factories().stop();
    CHECK(workers.stats().retired == 2);
    CHECK(workers.stats().killed == 0);
    workers.start("hang", {}).reset();
    CHECK(workers.stats().killed == 1);
    const int idle = pid_of(workers);
    ::kill(idle, SIGKILL);
    CHECK(eventually([&] { return !process_exists(idle); }));
    pid_of(workers);
    CHECK(workers.stats().killed == 2);
    CHECK(workers.stats().retired == 2);
  }

  TEST_CASE("what a worker without a daemon started ends with it") {
    Workers workers(interpreters().front(), {.use_daemon = false});
    for (const bool to_the_end : {true, false}) {
      CAPTURE(to_the_end);
      auto task = workers.start("start_child", {"more"});
      const int child = std::stoi(texts(task->next()).front());
      CHECK(process_exists(child));
      if (to_the_end) read_all(*task);
      task.reset();
      CHECK(eventually([&] { return !process_exists(child); }));
    }
  }
}
