// SPDX-License-Identifier: Apache-2.0
//
// What a failing task does to its job: which failures are tried again, what counts of an attempt
// that failed, and what the driver is told.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "base/error.hpp"
#include "engine/nodes/shuffled_rdd.hpp"
#include "engine/status_store.hpp"
#include "engine/storage/block_store.hpp"
#include "engine_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::engine;
using namespace py4cpp::engine::test;

namespace {

/// A body that loses its worker `times` times in all and then works.
FakeFunctions::Body loses_workers(std::shared_ptr<std::atomic<int>> times) {
  return [times = std::move(times)](const Texts& input, TaskRun&) -> Texts {
    if (times->fetch_sub(1) > 0) {
      throw WorkerFailed("Python worker exited unexpectedly (crashed): killed by SIGKILL",
                         {"last words"});
    }
    return input;
  };
}

class Sink final : public AccumulatorSink {
 public:
  void add(std::vector<runner::Bytes> updates) override {
    for (const auto& update : updates) total += static_cast<int>(update.size());
    ++calls;
  }
  int total = 0;
  int calls = 0;
};

/// Does something each time before the parent is opened.
class Late final : public Rdd {
 public:
  Late(std::shared_ptr<Rdd> parent, std::function<void()> before)
      : Rdd(parent->shared_context(), {"LateRDD"}, {{parent}}), before_(std::move(before)) {}

 protected:
  std::size_t count_partitions() const override { return parent().partition_count(); }
  std::unique_ptr<runner::ByteSource> compute(std::size_t partition, TaskRun& task) override {
    before_();
    return parent().open(partition, task);
  }

 private:
  const std::function<void()> before_;
};

}  // namespace

TEST_SUITE("failures") {
  TEST_CASE("a function that raises fails the job at its first attempt, with its traceback") {
    Engine engine;
    engine.define("raise", [](const Texts&, TaskRun&) -> Texts {
      throw PythonError("ValueError: no", "Traceback (most recent call last):\nValueError: no\n");
    });
    const auto rdd = Engine::map(engine.parallelize({"a"}, 1), "raise");
    CHECK(engine.failure(rdd) ==
          "Job aborted due to stage failure: Task 0 in stage 0.0 failed 1 times, most recent "
          "failure: Lost task 0.0 in stage 0.0 (TID 0) (localhost executor driver): "
          "org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
          "ValueError: no\n\n\nDriver stacktrace:");
    CHECK(engine.calls("raise") == 1);
    CHECK(engine.context().status().find_stage(0)->failed_tasks == 1);
  }

  TEST_CASE("the cause of a failed job is there to be looked at") {
    Engine engine;
    engine.define("raise", [](const Texts&, TaskRun&) -> Texts {
      throw PythonError("ValueError: no", "traceback");
    });
    try {
      engine.collect(Engine::map(engine.parallelize({"a"}, 1), "raise"));
      FAIL("the job succeeded");
    } catch (const JobFailed& e) {
      CHECK_THROWS_AS(std::rethrow_exception(e.cause()), PythonError);
    }
  }

  TEST_CASE("a lost worker costs an attempt, which is logged, not the job") {
    Engine engine;
    engine.define("fragile", loses_workers(std::make_shared<std::atomic<int>>(3)));
    const auto rdd = Engine::map(engine.parallelize({"a"}, 1), "fragile");
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"a"}});
    CHECK(engine.calls("fragile") == 4);
    CHECK(engine.log().find("Lost task 0.2 in stage 0.0 (TID 2)") != std::string::npos);
  }

  TEST_CASE("as many lost workers as spark.task.maxFailures fail the job") {
    Engine engine(Settings{{"spark.task.maxFailures", "2"}});
    engine.define("fragile", loses_workers(std::make_shared<std::atomic<int>>(9)));
    const std::string text = engine.failure(Engine::map(engine.parallelize({"a"}, 1), "fragile"));
    CHECK(text.find("Task 0 in stage 0.0 failed 2 times, most recent failure: Lost task 0.1 in "
                    "stage 0.0 (TID 1)") != std::string::npos);
    CHECK(text.find("killed by SIGKILL") != std::string::npos);
  }

  TEST_CASE("local[N,F] lets a function raise F - 1 times") {
    Engine engine(Settings{{"spark.master", "local[1,3]"}});
    auto raises = std::make_shared<std::atomic<int>>(2);
    engine.define("sometimes", [raises](const Texts& input, TaskRun&) -> Texts {
      if (raises->fetch_sub(1) > 0) throw PythonError("no", "no");
      return input;
    });
    CHECK(engine.collect(Engine::map(engine.parallelize({"a"}, 1), "sometimes")) ==
          std::vector<Texts>{{"a"}});
    raises->store(3);
    CHECK_FALSE(engine.failure(Engine::map(engine.parallelize({"a"}, 1), "sometimes")).empty());
  }

  TEST_CASE("a failed map task fails the jobs that wait for it") {
    Engine engine;
    engine.define("raise", [](const Texts&, TaskRun&) -> Texts { throw PythonError("no", "no"); });
    const auto rdd = engine.by_first_digit(Engine::map(engine.parallelize({"0"}, 1), "raise"), 2);
    CHECK(engine.failure(rdd).find("Task 0 in stage 0.0 failed") != std::string::npos);
    CHECK(engine.failure(rdd).find("Task 0 in stage 2.0 failed") != std::string::npos);
  }

  TEST_CASE("a job whose task failed tells its other tasks to end and waits for them") {
    Engine engine;
    Gate started;
    std::atomic<bool> ended = false;
    engine.define("mixed", [&](const Texts& input, TaskRun& task) -> Texts {
      if (input.at(0) == "bad") {
        started.wait_for_arrivals(1);
        throw PythonError("no", "no");
      }
      started.open();
      started.pass();
      while (!task.cancel_token()->cancelled()) std::this_thread::yield();
      ended = true;
      task.check();
      return input;
    });
    CHECK_FALSE(
        engine.failure(Engine::map(engine.parallelize({"good", "bad"}, 2), "mixed")).empty());
    CHECK(ended);
  }

  TEST_CASE("accumulator updates count once for each successful task") {
    Engine engine;
    const auto sink = std::make_shared<Sink>();
    engine.context().set_accumulator_sink(sink);
    auto failures = std::make_shared<std::atomic<int>>(2);
    engine.define("count", [failures](const Texts& input, TaskRun& task) {
      task.add_accumulator_updates({runner::Bytes(1)});
      if (failures->fetch_sub(1) > 0) throw WorkerFailed("gone", {});
      return input;
    });
    engine.collect(Engine::map(engine.parallelize({"a", "b", "c"}, 3), "count"));
    CHECK(sink->total == 3);
    CHECK(sink->calls == 3);
  }

  TEST_CASE("a sink that fails loses its updates, which is logged, but no job") {
    class Broken final : public AccumulatorSink {
      void add(std::vector<runner::Bytes>) override { throw Error("the driver does not listen"); }
    };
    Engine engine;
    engine.context().set_accumulator_sink(std::make_shared<Broken>());
    engine.define("count", [](const Texts& input, TaskRun& task) {
      task.add_accumulator_updates({runner::Bytes(1)});
      return input;
    });
    CHECK(engine.failure(Engine::map(engine.parallelize({"a"}, 1), "count")).empty());
    CHECK(engine.log().find("the driver does not listen") != std::string::npos);
  }

  TEST_CASE("partial shuffle output of a lost attempt is not seen") {
    Engine engine;
    auto failures = std::make_shared<std::atomic<int>>(1);
    const auto shuffled = std::make_shared<ShuffledRdd>(
        engine.parallelize({"a", "b"}, 1), std::size_t{1},
        [failures](std::size_t, runner::ByteSource& source, ShuffleWriter& writer) {
          writer.add(0, source.next());
          if (failures->fetch_sub(1) > 0) throw WorkerFailed("gone", {});
        },
        "test");
    CHECK(engine.collect(shuffled) == std::vector<Texts>{{"a", "b"}});
  }

  TEST_CASE("shuffle output that a forgotten block had hidden is made when it is missed") {
    Engine engine(Settings{{"spark.master", "local[1]"}, {"spark.py4cpp.storage.memory", "1k"}});
    const auto rdd = engine.by_first_digit(engine.parallelize({"0a", "1b"}, 2), 2);
    rdd->persist(memory_only);
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"0a"}, {"1b"}});
    // Planning sees the cached partitions and skips the shuffle, which the task then needs.
    engine.define("evict", [&](const Texts& input, TaskRun&) { return input; });
    const auto other = engine.parallelize({std::string(400, 'x'), std::string(400, 'y')}, 2);
    other->persist(memory_only);
    for (const auto& edge : rdd->dependencies()[0].parent->dependencies()) {
      if (edge.shuffle) edge.shuffle->clear();
    }
    const auto late =
        std::make_shared<Late>(rdd, [&] { engine.context().blocks().remove_rdd(rdd->id()); });
    CHECK(engine.collect(late) == std::vector<Texts>{{"0a"}, {"1b"}});
    CHECK(engine.calls("key by digit") == 4);
  }

  TEST_CASE("shuffle files that are gone are made again, however many tasks miss them") {
    Engine engine(Settings{{"spark.master", "local[8]"}, {"spark.py4cpp.shuffle.memory", "1"}});
    const Texts texts{"0a", "1b", "2c", "3d", "4e", "5f", "6g", "7h"};
    const auto rdd = engine.by_first_digit(engine.parallelize(texts, 6), 8);
    const auto before = engine.collect(rdd);
    int removed = 0;
    for (const auto& file : std::filesystem::directory_iterator(engine.context().disk().root())) {
      if (!file.path().filename().string().starts_with("shuffle-")) continue;
      removed += std::filesystem::remove(file.path()) ? 1 : 0;
    }
    CHECK(removed == 6);
    CHECK(engine.collect(rdd) == before);
    CHECK(engine.calls("key by digit") == 12);
  }

  TEST_CASE("a stage that loses its shuffle again and again fails its job") {
    Engine engine(Settings{{"spark.stage.maxConsecutiveAttempts", "3"}});
    const auto rdd = engine.by_first_digit(engine.parallelize({"0a"}, 1), 1);
    const auto shuffled = rdd->dependencies()[0].parent;
    const auto late = std::make_shared<Late>(
        rdd, [shuffle = shuffled->dependencies()[0].shuffle] { shuffle->clear(); });
    CHECK(engine.failure(late).find("has failed the maximum allowable number of times: 3") !=
          std::string::npos);
    CHECK(engine.calls("key by digit") == 3);
  }
}

TEST_SUITE("cancellation") {
  /// Runs a job of one task that waits for its cancellation, and what cancels it.
  std::string cancelled_by(Engine & engine, const Properties& properties,
                           const std::function<void()>& cancel) {
    Gate gate;
    engine.define("hang", [&](const Texts& input, TaskRun& task) {
      gate.open();
      gate.pass();
      while (!task.cancel_token()->cancelled()) std::this_thread::yield();
      task.check();
      return input;
    });
    std::string text;
    std::thread job([&] {
      text = engine.failure(Engine::map(engine.parallelize({"a"}, 1), "hang"), properties);
    });
    gate.wait_for_arrivals(1);
    cancel();
    job.join();
    return text;
  }

  TEST_CASE("a group is cancelled as a whole") {
    Engine engine;
    const std::string text = cancelled_by(engine, {{"spark.jobGroup.id", "g"}}, [&] {
      engine.context().cancel_job_group("another");
      CHECK(engine.context().status().jobs_of_group("g") == std::vector<int>{0});
      engine.context().cancel_job_group("g");
    });
    CHECK(text == "Job 0 cancelled part of cancelled job group g");
    CHECK(engine.context().status().find_job(0)->status == JobStatus::failed);
    CHECK(engine.context().status().active_stages().empty());
  }

  TEST_CASE("a tag is one of those between the commas") {
    Engine engine;
    const std::string text = cancelled_by(engine, {{"spark.job.tags", "a,bc"}}, [&] {
      engine.context().cancel_jobs_with_tag("b");
      engine.context().cancel_jobs_with_tag("bc");
    });
    CHECK(text == "Job 0 cancelled part of cancelled job tags bc");
  }

  TEST_CASE("a job, a stage or everything can be cancelled") {
    Engine engine;
    CHECK(cancelled_by(engine, {}, [&] { engine.context().cancel_job(0, "by hand"); }) ==
          "Job 0 cancelled by hand");
    CHECK(cancelled_by(engine, {}, [&] { engine.context().cancel_stage(1, "late"); }) ==
          "Job 1 cancelled because Stage 1 was cancelled: late");
    CHECK(cancelled_by(engine, {}, [&] { engine.context().cancel_all_jobs(); }) ==
          "Job 2 cancelled as part of cancellation of all jobs");
  }

  TEST_CASE("a stop cancels what runs, and no job starts afterwards") {
    Engine engine;
    CHECK(cancelled_by(engine, {}, [&] { engine.context().stop(); }) ==
          "Job 0 cancelled because SparkContext was shut down");
    const auto rdd = engine.parallelize({"a"}, 1);
    CHECK_THROWS_AS(engine.collect(rdd), ContextStopped);
  }

  TEST_CASE("a stage that two jobs share goes on for the one that is not cancelled") {
    Engine engine;
    Gate gate;
    engine.define("wait", [&](const Texts& input, TaskRun& task) {
      gate.pass();
      task.check();
      return input;
    });
    const auto rdd = engine.by_first_digit(Engine::map(engine.parallelize({"0"}, 1), "wait"), 1);
    std::string first;
    std::vector<Texts> second;
    std::thread one([&] { first = engine.failure(rdd, {{"spark.jobGroup.id", "g"}}); });
    gate.wait_for_arrivals(1);
    std::thread two([&] { second = engine.collect(rdd); });
    while (engine.context().status().active_jobs().size() < 2) std::this_thread::yield();
    engine.context().cancel_job_group("g");
    one.join();
    gate.open();
    two.join();
    CHECK(first == "Job 0 cancelled part of cancelled job group g");
    CHECK(second == std::vector<Texts>{{"0"}});
    CHECK(engine.calls("wait") == 1);
  }

  TEST_CASE("tasks that were not started never are") {
    Engine engine(Settings{{"spark.master", "local[1]"}});
    const std::string text = cancelled_by(engine, {}, [&] { engine.context().cancel_all_jobs(); });
    engine.define("never", [](const Texts& input, TaskRun&) { return input; });
    Gate gate;
    engine.define("hold", [&](const Texts& input, TaskRun&) {
      gate.pass();
      return input;
    });
    std::thread holder([&] { engine.collect(Engine::map(engine.parallelize({"a"}, 1), "hold")); });
    gate.wait_for_arrivals(1);
    std::thread waiting([&] {
      engine.failure(Engine::map(engine.parallelize({"a"}, 1), "never"),
                     {{"spark.jobGroup.id", "g"}});
    });
    while (engine.context().status().jobs_of_group("g").empty()) std::this_thread::yield();
    engine.context().cancel_job_group("g");
    waiting.join();
    gate.open();
    holder.join();
    CHECK(engine.calls("never") == 0);
  }
}
