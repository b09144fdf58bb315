// SPDX-License-Identifier: Apache-2.0
//
// RDD tasks in the real daemon and workers of each pyspark release.
#include <doctest/doctest.h>

#include <algorithm>
#include <ranges>
#include <thread>

#include "base/error.hpp"
#include "runner/pool/handshake.hpp"
#include "runner/wire/bytes_writer.hpp"
#include "runner/wire/wire.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

// Frames without an end; the task has to stop asking.
class EndlessSource final : public ByteSource {
 public:
  std::span<const std::byte> next() override { return frames_; }

 private:
  const Bytes frames_ = frames(std::vector<std::string>(1000, std::string(100, 'x')));
};

// The same run of frames, again and again.
class RepeatedSource final : public ByteSource {
 public:
  RepeatedSource(Bytes run, int times) : run_(std::move(run)), left_(times) {}
  std::span<const std::byte> next() override {
    return left_-- > 0 ? std::span<const std::byte>(run_) : std::span<const std::byte>();
  }

 private:
  const Bytes run_;
  int left_;
};

class FailingSource final : public ByteSource {
 public:
  std::span<const std::byte> next() override { throw Error("the block is gone"); }
};

// Pickle protocol 5 of lists of small ints, as CPickleSerializer writes them.
std::string pickled_list(const std::string& numbers) {
  std::string items;
  for (const char number : numbers) items += std::string("K") + number;
  return "\x80\x05]\x94(" + items + "e.";
}

}  // namespace

TEST_SUITE("python runner") {
  TEST_CASE("frames go through a function and come back in order") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK(workers.run("identity", {"a", "", "ccc"}) == std::vector<std::string>{"a", "", "ccc"});
      CHECK(workers.run("upper", {"a", "b"}) == std::vector<std::string>{"A", "B"});
      CHECK(workers.run("upper", {}).empty());
    }
  }

  TEST_CASE("a frame that is a null reaches the function as None") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      Bytes input = frames({"a"});
      BytesWriter(input).i32(null_item);
      const Bytes more = frames({"", "b"});
      input.insert(input.end(), more.begin(), more.end());
      const PythonRunner runner(workers.factories(), workers.function("name_nulls"));
      const auto task = runner.compute(std::make_unique<BytesSource>(std::move(input)), {});
      CHECK(read_all(*task) == std::vector<std::string>{"a", "null", "", "b"});
    }
  }

  TEST_CASE("much more data than the memory of a task goes through a worker and back") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const PythonRunner runner(workers.factories(), workers.function("identity"));
      const Bytes run = frames(std::vector<std::string>(20, std::string(10'000, 'x')));
      std::size_t most_mb = 0;
      const auto pass = [&](int times) {
        const auto task = runner.compute(std::make_unique<RepeatedSource>(run, times), {});
        std::size_t bytes = 0;
        for (const auto got : *task) {
          bytes += got.size();
          most_mb = std::max(most_mb, resident_mb());
        }
        CHECK(bytes == run.size() * static_cast<std::size_t>(times));
      };
      pass(10);
      const std::size_t before_mb = most_mb;
      pass(1'500);  // some 300 MB each way
      CHECK(most_mb < before_mb + 16);
    }
  }

  TEST_CASE("a task is a range of runs of frames, which throws what the task throws") {
    static_assert(std::ranges::input_range<PythonTask>);
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto task = workers.start("upper", {"a", "b"});
      std::vector<std::string> all;
      for (const auto run : *task) {
        for (const std::string& text : texts(run)) all.push_back(text);
      }
      CHECK(all == std::vector<std::string>{"A", "B"});
      CHECK(task->begin() == task->end());

      const auto raises = workers.start("boom", {"a"});
      const auto go_through = [&] { std::ranges::for_each(*raises, [](auto) {}); };
      CHECK_THROWS_WITH_AS(go_through(), doctest::Contains("boom at a"), PythonError);
      CHECK_THROWS_AS(raises->begin(), PythonError);
    }
  }

  TEST_CASE("pickled lists go through as RDDs send them") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto answer = workers.run("increment", {pickled_list("\1\2"), pickled_list("\3\4")});
      REQUIRE(answer.size() == 2);  // batches of three: [2, 3, 4] and [5]
      CHECK(answer[0].find("K\2K\3K\4") != std::string::npos);
      CHECK(answer[1].find("K\5") != std::string::npos);
    }
  }

  TEST_CASE("input and output larger than all buffers flow at the same time") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      std::vector<std::string> input;
      for (int i = 0; i < 40; ++i) input.push_back(std::to_string(i) + std::string(1 << 20, 'x'));
      CHECK(workers.run("identity", input) == input);
      const std::vector<std::string> small(200'000, "a small frame");
      CHECK(workers.run("identity", small) == small);
      CHECK(workers.stats().created == 1);
    }
  }

  TEST_CASE("a frame may be much larger than the buffer") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto answer = workers.run("megabytes", {"50", "0", "3"});
      REQUIRE(answer.size() == 3);
      CHECK(answer[0].size() == 50 << 20);
      CHECK(answer[1].empty());
      CHECK(answer[2].size() == 3 << 20);
      CHECK(workers.run("identity", {"still"}) == std::vector<std::string>{"still"});
      CHECK(workers.stats().created == 1);
    }
  }

  TEST_CASE("a function that stops early ends its task, and its worker is not used again") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK(workers.run("first_three", {"a", "b", "c", "d", "e"}).size() == 3);
      CHECK(workers.run("ignore_input", {"a"}) == std::vector<std::string>{"done"});
      CHECK(workers.stats().idle == 0);
      const PythonRunner runner(workers.factories(), workers.function("first_three"));
      const auto task = runner.compute(std::make_unique<EndlessSource>(), {});
      CHECK(read_all(*task).size() == 3);
      CHECK(workers.stats().reused == 0);
    }
  }

  TEST_CASE("a task whose answer nobody wants is ended") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      auto task = workers.start("say_pid_then_hang", {});
      const int pid = std::stoi(texts(task->next()).front());
      CHECK(pid == task->worker_pid());
      CHECK(process_exists(pid));
      task.reset();
      CHECK(eventually([&] { return !process_exists(pid); }));
      CHECK(workers.stats().killed == 1);
      CHECK(workers.stats().live == 0);
    }
  }

  TEST_CASE("accumulators that a task touched come back, pickled") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto task = workers.start("count", {"1", "2", "30"});
      read_all(*task);
      REQUIRE(task->accumulator_updates().size() == 2);
      const std::string first(as_text(task->accumulator_updates()[0]));
      CHECK(first.find(std::string("K\x29K\x21")) != std::string::npos);  // (41, 33)
      CHECK(task->timing().finished_ms >= task->timing().started_ms);
      CHECK(task->timing().started_ms > 1'600'000'000'000);
    }
  }

  TEST_CASE("broadcasts are sent once, and taken back when no longer needed") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const auto first = std::make_shared<const Broadcast>(
          Broadcast{.id = 1, .path = workers.folder() + "/first-broadcast"});
      const auto second = std::make_shared<const Broadcast>(
          Broadcast{.id = 2, .path = workers.folder() + "/second-broadcast"});
      const auto values = [&](std::vector<std::shared_ptr<const Broadcast>> needed) {
        PythonFunction function = workers.function("broadcasts");
        function.broadcasts = std::move(needed);
        const PythonRunner runner(workers.factories(), std::move(function));
        return read_all(*runner.compute(source({"1", "2"}), {}));
      };
      CHECK(values({first}) == std::vector<std::string>{"111", "gone"});
      CHECK(values({first, second, second}) == std::vector<std::string>{"111", "two"});
      CHECK(values({second}) == std::vector<std::string>{"gone", "two"});
      CHECK(values({}) == std::vector<std::string>{"gone", "gone"});
      CHECK(workers.stats().created == 1);
    }
  }

  TEST_CASE("files are found in the files directory") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK(workers.run("files", {"x"}) == std::vector<std::string>{workers.folder() + "/x"});
    }
  }

  TEST_CASE("includes are imported from the files directory") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      CHECK(workers.run("includes", {}) == std::vector<std::string>{"shipped"});
    }
  }

  TEST_CASE("a function sees its task's context") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const PythonRunner runner(workers.factories(), workers.function("context"));
      const auto task = runner.compute(
          source({}), {.stage_id = 5,
                       .partition_id = 6,
                       .attempt_number = 1,
                       .task_attempt_id = 7'000'000'000,
                       .cpus = 2,
                       .resources = {{"gpu", {"gpu", {"0", "1"}}}},
                       .local_properties = {{"spark.job.description", "naïve \"job\""}}});
      CHECK(read_all(*task) ==
            std::vector<std::string>{
                "(5, 6, 1, 7000000000, 2, 'naïve \"job\"', {'gpu': ('gpu', ['0', '1'])})"});
    }
  }

  TEST_CASE("workers run in the environment that options and function ask for") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter, {.environment = {{"FROM_OPTIONS", "o"}}, .omp_threads = 3});
      PythonFunction function = workers.function("environment");
      function.environment = {{"FROM_FUNCTION", "f"}};
      const PythonRunner runner(workers.factories(), function);
      CHECK(read_all(*runner.compute(
                source({"FROM_OPTIONS", "FROM_FUNCTION", "OMP_NUM_THREADS", "PYTHONHASHSEED"}),
                {})) == std::vector<std::string>{"o", "f", "3", "0"});
      CHECK(workers.run("environment", {"FROM_FUNCTION"}) == std::vector<std::string>{"(not set)"});
      CHECK(workers.stats().daemon_starts == 2);
    }
  }

  TEST_CASE("an input that fails fails the task with its own error") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const PythonRunner runner(workers.factories(), workers.function("identity"));
      for (const bool reused : {false, true}) {
        if (reused) read_all(*runner.compute(source({}), {}));
        const auto task = runner.compute(std::make_unique<FailingSource>(), {});
        CHECK(task->worker_reused() == reused);
        CHECK_THROWS_WITH_AS(task->next(), "the block is gone", Error);
        CHECK_THROWS_WITH_AS(task->next(), "the block is gone", Error);
        CHECK(workers.stats().live == 0);
      }
      CHECK(workers.factories().metrics().tasks_failed == 2);
      CHECK(workers.factories().metrics().tasks_cancelled == 0);
    }
  }

  TEST_CASE("many threads share the workers of one runner") {
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      Workers workers(interpreter);
      const PythonRunner runner(workers.factories(), workers.function("upper"));
      std::atomic<int> right = 0;
      {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
          threads.emplace_back([&] {
            for (int i = 0; i < 5; ++i) {
              const auto task = runner.compute(source({"a", "b"}), {});
              if (read_all(*task) == std::vector<std::string>{"A", "B"}) ++right;
            }
          });
        }
      }
      CHECK(right == 20);
      CHECK(workers.stats().created <= 4);
      CHECK(workers.stats().created + workers.stats().reused == 20);
    }
  }

  TEST_CASE("a runner refuses functions that do not fit together") {
    WorkerFactories factories;
    class Two final : public BasePythonRunner {
     public:
      Two(WorkerFactories& all, std::vector<ChainedPythonFunctions> functions,
          std::vector<std::vector<Argument>> offsets)
          : BasePythonRunner(all, std::move(functions), EvalType::non_udf, std::move(offsets)) {}
      void write_command(BytesWriter&) const override {}
    };
    PythonFunction function;
    CHECK_THROWS_AS(PythonRunner(factories, function), Error);
    function.command = std::make_shared<const Bytes>();
    CHECK_THROWS_WITH_AS(PythonRunner(factories, function),
                         doctest::Contains("no python_version; set it to what probe_python tells"),
                         Error);
    function.python_version = "3.11";
    CHECK_THROWS_WITH_AS(Two(factories, {{{function}}, {{function}}}, {{0}}),
                         "there are 2 Python functions but 1 lists of argument offsets", Error);
    CHECK_THROWS_AS(Two(factories, {}, {}), Error);
    CHECK_THROWS_AS(Two(factories, {ChainedPythonFunctions{}}, {{}}), Error);
  }
}
