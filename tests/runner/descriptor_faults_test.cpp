// SPDX-License-Identifier: Apache-2.0
//
// This process has no descriptors left: at the start of a task, in its middle, and in the servers
// that workers connect to.
#include <signal.h>

#include "fault_fixture.hpp"
#include "runner/barrier_stage.hpp"
#include "secrets.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Tries something with more and more descriptors, until it works. Each number stops at another
// step: here, or in a server, which says so in the log and hangs up on the worker.
template <typename Attempt>
void try_with_few(Workers& workers, const std::string& expected, const Attempt& attempt) {
  bool enough = false;
  std::string answer;
  for (std::size_t left = 0; left < 20 && !enough; ++left) {
    CAPTURE(left);
    try {
      const FewDescriptors few(left);
      answer = attempt();
      enough = true;
    } catch (const Error& error) {
      const std::string text = error.what();
      CAPTURE(text);
      CHECK((contains(text, "Too many open files") || dynamic_cast<const PythonError*>(&error)));
      CHECK(eventually([&] { return contains(workers.said() + text, "Too many open files"); }));
      CHECK(workers.stats().live == workers.stats().idle);
    }
  }
  CHECK(answer == expected);
  check_well(workers);
}

}  // namespace

TEST_SUITE("descriptor faults") {
  TEST_CASE("without descriptors a task fails at its start, and nothing is lost") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const PythonRunner runner(workers.factories(), workers.function("identity"));
      const std::size_t before = open_descriptors();
      // A daemon needs many, a worker two: each number stops at another step.
      bool enough = false;
      for (std::size_t left = 0; left < 12 && !enough; ++left) {
        CAPTURE(left);
        try {
          const FewDescriptors few(left);
          read_all(*runner.compute(source({"a"}), {}));
          enough = true;
        } catch (const Error& error) {
          CHECK(std::string(error.what()).find("Too many open files") != std::string::npos);
          CHECK(workers.stats().live == 0);
          CHECK(open_descriptors() == before);
        }
      }
      check_well(workers);
    }
  }

  TEST_CASE("tasks in their middle need no further descriptors, and fail without any") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      {
        ReadingAndWriting busy(workers);
        const FewDescriptors none(0);
        busy.check_right();
      }
      {
        ReadingAndWriting busy(workers);
        busy.kill_workers();
        const FewDescriptors none(0);
        busy.check_fails("was killed or crashed");
      }
      check_well(workers);
    }
  }

  TEST_CASE("a warm worker is given its next task without a descriptor") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const PythonRunner runner(workers.factories(), workers.function("upper"));
      check_well(workers);
      {
        const FewDescriptors none(0);
        CHECK(read_all(*runner.compute(source({"a"}), {})) == std::vector<std::string>{"A"});
      }
      CHECK(workers.stats().created == 1);
    }
  }

  TEST_CASE("without descriptors encrypted broadcasts fail their task, and are read later") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      Secrets secrets(workers.folder());
      PythonFunction function = workers.function("broadcasts");
      function.broadcasts = {secrets.broadcast(5, "first-broadcast")};
      const auto server = std::make_shared<EncryptedBroadcasts>(workers.factories(), secrets.key);
      const PythonRunner runner(workers.factories(), function, {.broadcast_server = server});
      check_well(workers);
      try_with_few(workers, "111",
                   [&] { return read_all(*runner.compute(source({"5"}), {})).front(); });
    }
  }

  TEST_CASE("without descriptors a barrier stage fails, and the next one holds") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const PythonRunner runner(workers.factories(), workers.function("gather_twice"));
      check_well(workers);
      try_with_few(workers, "a,1", [&] {
        BarrierStage stage(workers.factories(), {.tasks = 1});
        TaskContext context;
        context.barrier = true;
        context.barrier_server = stage.server(0);
        return read_all(*runner.compute(source({"a"}), context)).front();
      });
    }
  }
}
