// SPDX-License-Identifier: Apache-2.0
//
// Barrier stages of real workers, and strangers that connect to them.
#include <doctest/doctest.h>

#include <thread>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "runner/barrier_stage.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using std::chrono::milliseconds;

namespace {

// Runs task i of a stage with input i, all at the same time; answers or error texts, by task.
std::vector<std::string> run_stage(Workers& workers, BarrierStage& stage, const std::string& name,
                                   const std::vector<std::string>& inputs) {
  std::vector<std::string> answers(inputs.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    threads.emplace_back([&, i] {
      const PythonRunner runner(workers.factories(), workers.function(name));
      TaskContext context{.partition_id = static_cast<int>(i)};
      context.barrier = true;
      context.barrier_server = stage.server(i);
      try {
        for (const std::string& text : read_all(*runner.compute(source({inputs[i]}), context))) {
          answers[i] += text;
        }
      } catch (const PythonError& error) {
        answers[i] = error.what();
        stage.abort("task " + std::to_string(i) + " failed");
      }
    });
  }
  threads.clear();
  return answers;
}

Fd connect_to(const BarrierServer& server) {
  if (server.path.empty()) return connect_loopback(static_cast<std::uint16_t>(server.port));
  return connect_unix(server.path);
}

bool is_hung_up(const Fd& socket) {
  char byte = 0;
  return wait_readable(socket, after(std::chrono::seconds(20))) &&
         ::read(socket.get(), &byte, 1) <= 0;
}

}  // namespace

TEST_SUITE("barrier stage") {
  TEST_CASE("tasks wait for each other and gather what each has to say") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      for (const bool unix_sockets : {true, false}) {
        Workers workers(interpreter, {.unix_sockets = unix_sockets});
        BarrierStage stage(workers.factories(), {.tasks = 3});
        CHECK(run_stage(workers, stage, "gather_twice", {"a", "b", "c"}) ==
              std::vector<std::string>(3, "a,b,c,3,3,3"));
        CHECK(stage.failure().empty());
        if (!interpreter.release.variant().unix_sockets) break;
      }
    }
  }

  TEST_CASE("tasks that make different calls fail, and say why") {
    Workers workers(interpreters().front());
    BarrierStage stage(workers.factories(), {.tasks = 2});
    for (const std::string& answer :
         run_stage(workers, stage, "barrier_or_gather", {"barrier", "1"})) {
      CHECK(answer.find("EOFError") != std::string::npos);
    }
    CHECK(stage.failure().find("others call allGather()") != std::string::npos);
    CHECK(workers.said().find("A barrier stage failed: ") != std::string::npos);
  }

  TEST_CASE("a message over the bound, and a task that never comes, fail the others") {
    Workers workers(interpreters().front());
    BarrierStage small(workers.factories(), {.tasks = 1, .message_bytes_max = 100});
    CHECK(run_stage(workers, small, "barrier_or_gather", {"100"}).front() == "done");
    CHECK(run_stage(workers, small, "barrier_or_gather", {"101"}).front() != "done");
    BarrierStage late(workers.factories(), {.tasks = 2, .sync_ms_max = milliseconds(50)});
    CHECK(run_stage(workers, late, "barrier_or_gather", {"barrier"}).front() != "done");
    CHECK(late.failure().find("within 50 ms") != std::string::npos);
  }

  TEST_CASE("a cancelled task fails the stage for those who wait") {
    Workers workers(interpreters().front());
    BarrierStage stage(workers.factories(), {.tasks = 2});
    const PythonRunner runner(workers.factories(), workers.function("barrier_or_gather"));
    TaskContext context;
    context.barrier = true;
    context.barrier_server = stage.server(1);
    auto task = runner.compute(source({"barrier"}), context);
    const std::jthread other(
        [&] { CHECK(run_stage(workers, stage, "barrier_or_gather", {"3"}).front() != "done"); });
    stage.abort("the job was cancelled");
    task.reset();
    CHECK(eventually([&] { return stage.failure() == "the job was cancelled"; }));
  }

  TEST_CASE("strangers are hung up on, and the tasks are served") {
    for (const bool unix_sockets : {true, false}) {
      CAPTURE(unix_sockets);
      Workers workers(interpreters().front(), {.unix_sockets = unix_sockets});
      BarrierStage stage(workers.factories(), {.tasks = 2, .request_ms_max = milliseconds(100)});
      std::vector<Fd> silent;
      for (int i = 0; i < 30; ++i) silent.push_back(connect_to(stage.server(0)));
      const Fd liar = connect_to(stage.server(1));
      const Bytes nonsense(16, std::byte{0x7f});
      try {
        write_all(liar, nonsense);
      } catch (const Disconnected&) {
        // One too many: it was hung up on before it said anything.
      }
      CHECK(is_hung_up(liar));
      for (const Fd& socket : silent) CHECK(is_hung_up(socket));
      CHECK(run_stage(workers, stage, "gather_twice", {"a", "b"}) ==
            std::vector<std::string>(2, "a,b,2,2"));
    }
  }

  TEST_CASE("a stage has at least one task, and not too many") {
    Workers workers(interpreters().front());
    CHECK_THROWS_AS(BarrierStage(workers.factories(), {.tasks = 0}), Overloaded);
    CHECK_THROWS_AS(BarrierStage(workers.factories(), {.tasks = 100'000}), Overloaded);
    const BarrierStage stage(workers.factories(), {.tasks = 1});
    CHECK_THROWS_AS(stage.server(1), Error);
  }
}
