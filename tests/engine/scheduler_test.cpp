// SPDX-License-Identifier: Apache-2.0
//
// Jobs: stages and their order, reuse of shuffle output, concurrency, cancellation.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "engine/nodes/paired_rdd.hpp"
#include "engine/nodes/python_rdd.hpp"
#include "engine/nodes/shuffled_rdd.hpp"
#include "engine/nodes/union_rdd.hpp"
#include "engine/status_store.hpp"
#include "engine_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::engine;
using namespace py4cpp::engine::test;

namespace {

Texts same(const Texts& input, TaskRun&) { return input; }

}  // namespace

TEST_SUITE("scheduler") {
  TEST_CASE("a job without a shuffle is one stage with a task for each partition") {
    Engine engine;
    engine.define("same", same);
    const auto rdd = Engine::map(engine.parallelize({"a", "b", "c"}, 3), "same");
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"a"}, {"b"}, {"c"}});
    CHECK(engine.calls("same") == 3);
    const auto job = engine.context().status().find_job(0);
    REQUIRE(job);
    CHECK(job->status == JobStatus::succeeded);
    CHECK(job->stage_ids == std::vector<int>{0});
    const auto stage = engine.context().status().find_stage(0);
    REQUIRE(stage);
    CHECK(stage->tasks == 3);
    CHECK(stage->completed_tasks == 3);
    CHECK(stage->active_tasks == 0);
    CHECK_FALSE(stage->active);
  }

  TEST_CASE("a shuffle cuts a job into two stages, the earlier one with the lower id") {
    Engine engine;
    const auto rdd = engine.by_first_digit(engine.parallelize({"0a", "1b", "0c", "1d"}, 2), 2);
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"0a", "0c"}, {"1b", "1d"}});
    CHECK(engine.context().status().find_job(0)->stage_ids == std::vector<int>{0, 1});
    CHECK(engine.calls("key by digit") == 2);
  }

  TEST_CASE("shuffle output is kept as long as its node, and its stage skipped") {
    Engine engine;
    const auto rdd = engine.by_first_digit(engine.parallelize({"0a", "1b"}, 2), 2);
    engine.collect(rdd);
    engine.collect(rdd);
    CHECK(engine.calls("key by digit") == 2);
    CHECK(engine.context().status().find_job(1)->stage_ids == std::vector<int>{2, 3});
    CHECK(engine.context().status().find_stage(2)->skipped);
    CHECK(engine.context().status().find_stage(2)->completed_tasks == 0);
  }

  TEST_CASE("one shuffle that two branches read is computed once") {
    Engine engine;
    engine.define("same", same);
    const auto shuffled = engine.by_first_digit(engine.parallelize({"0a", "1b"}, 2), 2);
    const auto both =
        make_union(engine.shared(), {Engine::map(shuffled, "same"), Engine::map(shuffled, "same")});
    CHECK(engine.collect(both).size() == 4);
    CHECK(engine.calls("key by digit") == 2);
  }

  TEST_CASE("independent stages of a job run side by side") {
    Engine engine;
    Gate gate;
    engine.define("wait", [&](const Texts& input, TaskRun&) {
      gate.pass();
      return input;
    });
    const auto left = engine.by_first_digit(Engine::map(engine.parallelize({"0"}, 1), "wait"), 2);
    const auto right =
        engine.by_first_digit(Engine::map(engine.parallelize({"1"}, 1), "wait"), 2, 2);
    const auto both = make_union(engine.shared(), {left, right});
    std::thread job([&] { engine.collect(both); });
    gate.wait_for_arrivals(2);
    CHECK(engine.context().status().active_stages().size() == 2);
    gate.open();
    job.join();
  }

  TEST_CASE("only the partitions that were asked for are computed, in the asked order") {
    Engine engine;
    engine.define("same", same);
    const auto rdd = Engine::map(engine.parallelize({"a", "b", "c"}, 3), "same");
    std::vector<Texts> results(2);
    engine.context().run_job(rdd, {2, 0}, {}, [&](std::size_t index, Block block) {
      results[index] = read_all(*block.open());
    });
    CHECK(results == std::vector<Texts>{{"c"}, {"a"}});
    CHECK(engine.calls("same") == 2);
  }

  TEST_CASE("a job of no partitions succeeds at once") {
    Engine engine;
    engine.context().run_job(engine.parallelize({"a"}, 1), {}, {}, {});
    CHECK(engine.context().status().find_job(0)->status == JobStatus::succeeded);
  }

  TEST_CASE("a partition that is not there is refused by its number") {
    Engine engine;
    CHECK_THROWS_WITH_AS(engine.context().run_job(engine.parallelize({"a"}, 1), {1}, {}, {}),
                         "Attempting to access a non-existent partition: 1. Total number of "
                         "partitions: 1",
                         BadArgument);
  }

  TEST_CASE("a job's own task function takes the place of collecting") {
    Engine engine;
    std::atomic<int> frames_seen = 0;
    engine.context().run_job(engine.parallelize({"a", "b", "c"}, 2), {0, 1}, {}, {},
                             [&](runner::ByteSource& source, TaskRun&) {
                               frames_seen += static_cast<int>(read_all(source).size());
                               return Block();
                             });
    CHECK(frames_seen == 3);
  }

  TEST_CASE("results come on the thread that runs the job") {
    Engine engine;
    int results = 0;
    engine.context().run_job(engine.parallelize({"a", "b"}, 2), {0, 1}, {},
                             [&, self = std::this_thread::get_id()](std::size_t, const Block&) {
                               CHECK(std::this_thread::get_id() == self);
                               ++results;
                             });
    CHECK(results == 2);
  }

  TEST_CASE("an exception of the receiver ends the job and reaches the caller") {
    Engine engine;
    CHECK_THROWS_WITH_AS(
        engine.context().run_job(engine.parallelize({"a", "b"}, 2), {0, 1}, {},
                                 [](std::size_t, const Block&) { throw Error("no more"); }),
        "no more", Error);
    CHECK(engine.context().status().find_job(0)->status == JobStatus::failed);
  }

  TEST_CASE("many threads may run jobs at the same time") {
    Engine engine(Settings{{"spark.master", "local[4]"}});
    engine.define("same", same);
    const auto shuffled = engine.by_first_digit(engine.parallelize({"0a", "1b", "2c"}, 3), 3);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&] {
        for (int job = 0; job < 20; ++job) {
          CHECK(engine.collect(Engine::map(shuffled, "same")) ==
                std::vector<Texts>{{"0a"}, {"1b"}, {"2c"}});
        }
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(engine.calls("key by digit") == 3);
  }

  TEST_CASE("tasks of earlier jobs go first") {
    Engine engine(Settings{{"spark.master", "local[1]"}});
    Gate gate;
    std::mutex mutex;
    std::string order;
    engine.define("wait", [&](const Texts& input, TaskRun&) {
      gate.pass();
      return input;
    });
    engine.define("note", [&](const Texts& input, TaskRun& task) {
      const std::lock_guard lock(mutex);
      order += task.identity().local_properties.at("name");
      return input;
    });
    std::thread holder([&] { engine.collect(Engine::map(engine.parallelize({"x"}, 1), "wait")); });
    gate.wait_for_arrivals(1);
    const auto rdd = Engine::map(engine.parallelize({"x", "y"}, 2), "note");
    std::thread first([&] { engine.collect(rdd, {{"name", "1"}}); });
    while (engine.context().status().active_jobs().size() < 2) std::this_thread::yield();
    std::thread second([&] { engine.collect(rdd, {{"name", "2"}}); });
    while (engine.context().status().active_jobs().size() < 3) std::this_thread::yield();
    gate.open();
    holder.join();
    first.join();
    second.join();
    CHECK(order == "1122");
  }

  TEST_CASE("tasks know their stage, partition, attempt and properties") {
    Engine engine;
    std::mutex mutex;
    std::vector<runner::TaskContext> seen;
    engine.define("look", [&](const Texts& input, TaskRun& task) {
      const std::lock_guard lock(mutex);
      seen.push_back(task.identity());
      return input;
    });
    engine.collect(Engine::map(engine.parallelize({"a", "b"}, 2), "look"), {{"k", "v"}});
    REQUIRE(seen.size() == 2);
    std::sort(seen.begin(), seen.end(),
              [](const auto& a, const auto& b) { return a.partition_id < b.partition_id; });
    CHECK(seen[1].partition_id == 1);
    CHECK(seen[1].stage_id == 0);
    CHECK(seen[1].attempt_number == 0);
    CHECK(seen[0].task_attempt_id + seen[1].task_attempt_id == 1);
    CHECK(seen[0].local_properties.at("k") == "v");
  }

  TEST_CASE("results together are bounded by spark.driver.maxResultSize") {
    Engine engine(Settings{{"spark.driver.maxResultSize", "2k"}, {"spark.master", "local[1]"}});
    const auto rdd = engine.parallelize({std::string(1500, 'x'), std::string(1500, 'y')}, 2);
    CHECK(engine.failure(rdd) ==
          "Job aborted due to stage failure: Total size of serialized results of 2 tasks "
          "(2.9 KiB) is bigger than spark.driver.maxResultSize (2.0 KiB)");
  }

  TEST_CASE("a stage is named after the driver's call site") {
    Engine engine;
    engine.collect(engine.parallelize({"a"}, 1), {{"callSite.short", "collect at script.py:3"}});
    CHECK(engine.context().status().find_stage(0)->name == "collect at script.py:3");
  }

  TEST_CASE("a barrier stage that needs more slots than there are is refused") {
    Engine engine;
    engine.define("same", same);
    const auto rdd = engine.parallelize({"a", "b", "c"}, 3);
    const auto barrier = std::make_shared<PythonRdd>(rdd, function("same"), false, true);
    CHECK(engine.failure(barrier).find("[SPARK-24819]") != std::string::npos);
  }

  TEST_CASE("a barrier reaches what is made from it without a shuffle") {
    Engine engine;
    const auto rdd = engine.parallelize({"0a"}, 1);
    const auto barrier = std::make_shared<PythonRdd>(rdd, function("same"), false, true);
    CHECK_FALSE(rdd->is_barrier());
    CHECK(Engine::map(barrier, "same")->is_barrier());
    CHECK(std::make_shared<ZippedRdd>(rdd, barrier)->is_barrier());
    CHECK_FALSE(engine.by_first_digit(barrier, 1)->is_barrier());
  }

  TEST_CASE("a lineage that parts and meets again many times is walked once") {
    Engine engine;
    engine.define("same", same);
    engine.define("left of pairs", [](const Texts& input, TaskRun&) { return Texts{input.at(0)}; });
    std::shared_ptr<Rdd> rdd = engine.parallelize({"a"}, 1);
    for (int round = 0; round < 64; ++round) {
      const auto both = std::make_shared<ZippedRdd>(rdd, Engine::map(rdd, "same"));
      rdd = Engine::map(both, "left of pairs");
      rdd->persist({.use_memory = true});
    }
    CHECK(engine.collect(rdd) == std::vector<Texts>{{"a"}});
    CHECK(engine.calls("same") == 64);
  }
}
