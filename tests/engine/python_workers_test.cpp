// SPDX-License-Identifier: Apache-2.0
//
// Whole jobs on the real workers of each pyspark release.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "../runner/worker_fixture.hpp"
#include "engine/context.hpp"
#include "engine/job_errors.hpp"
#include "engine/nodes/parallel_collection.hpp"
#include "engine/nodes/python_rdd.hpp"
#include "engine/nodes/shuffled_rdd.hpp"
#include "engine/status_store.hpp"

using namespace py4cpp;
using namespace py4cpp::engine;
using runner::test::interpreters;
using runner::test::Workers;
using Texts = std::vector<std::string>;

namespace {

/// An engine with the real workers of one interpreter. What the fixture of the runner's tests
/// checks at its end holds for the engine too: no process and no descriptor stays behind.
class RealEngine {
 public:
  explicit RealEngine(const runner::test::Interpreter& interpreter,
                      std::map<std::string, std::string> settings = {})
      : workers_(interpreter) {
    settings.try_emplace("spark.master", "local[2]");
    context_ = Context::start({.conf = Conf(std::move(settings)),
                               .release = interpreter.release,
                               .log = recorder_.log()});
  }
  ~RealEngine() { context_->stop(); }

  Context& context() { return *context_; }
  std::string said() const { return recorder_.text(); }

  std::shared_ptr<Rdd> parallelize(const Texts& texts, std::size_t slices) {
    const auto path = context_->make_temp_dir("test") / "data";
    const auto bytes = runner::test::frames(texts);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return std::make_shared<ParallelCollectionRdd>(context_, path, slices);
  }

  std::shared_ptr<Rdd> map(std::shared_ptr<Rdd> parent, const std::string& name) {
    return std::make_shared<PythonRdd>(std::move(parent), workers_.function(name), false);
  }

  std::shared_ptr<Rdd> shuffle(std::shared_ptr<Rdd> parent, const std::string& name,
                               std::size_t partitions) {
    return std::make_shared<ValueOfPairRdd>(
        partition_by(std::make_shared<PairwiseRdd>(map(std::move(parent), name)),
                     {.partition_count = partitions, .function_id = 1}));
  }

  std::vector<Texts> collect(const std::shared_ptr<Rdd>& rdd, const Properties& properties = {}) {
    std::vector<Texts> partitions;
    for (const Block& block : context_->collect(rdd, properties)) {
      partitions.push_back(runner::test::read_all(*block.open()));
    }
    return partitions;
  }

  std::string failure(const std::shared_ptr<Rdd>& rdd, const Properties& properties = {}) {
    try {
      collect(rdd, properties);
      return {};
    } catch (const std::exception& e) {
      return e.what();
    }
  }

 private:
  Workers workers_;
  runner::test::Recorder recorder_;
  std::shared_ptr<Context> context_;
};

class Counter final : public AccumulatorSink {
 public:
  void add(std::vector<runner::Bytes> updates) override { updates_ += updates.size(); }
  std::size_t updates() const { return updates_; }

 private:
  std::size_t updates_ = 0;
};

}  // namespace

TEST_SUITE("python workers") {
  TEST_CASE("functions run over partitions, and again after a shuffle") {
    for (const auto& interpreter : interpreters()) {
      RealEngine engine(interpreter);
      const auto words = engine.parallelize({"one", "four", "two", "three", "six"}, 2);
      const auto by_length = engine.shuffle(words, "key_by_length", 3);
      CHECK(engine.collect(engine.map(by_length, "upper")) ==
            std::vector<Texts>{{"ONE", "TWO", "SIX"}, {"FOUR"}, {"THREE"}});
    }
  }

  TEST_CASE("a raising function fails the job at once, with Python's traceback") {
    for (const auto& interpreter : interpreters()) {
      RealEngine engine(interpreter);
      const std::string text = engine.failure(engine.map(engine.parallelize({"a"}, 1), "boom"));
      CHECK(text.starts_with(
          "Job aborted due to stage failure: Task 0 in stage 0.0 failed 1 times, most recent "
          "failure: Lost task 0.0 in stage 0.0 (TID 0) (localhost executor driver): "
          "org.apache.spark.api.python.PythonException: Traceback (most recent call last):"));
      CHECK(text.find("ValueError: boom at a") != std::string::npos);
    }
  }

  TEST_CASE("a worker that dies once costs an attempt and no result") {
    for (const auto& interpreter : interpreters()) {
      RealEngine engine(interpreter);
      CHECK(engine.collect(engine.map(engine.parallelize({"a", "b"}, 2), "kill_first_attempt")) ==
            std::vector<Texts>{{"a"}, {"b"}});
      CHECK(engine.said().find("Lost task") != std::string::npos);
    }
  }

  TEST_CASE("a worker that always dies fails the job with the reason and its last words") {
    for (const auto& interpreter : interpreters()) {
      RealEngine engine(interpreter, {{"spark.task.maxFailures", "2"}});
      const std::string text = engine.failure(engine.map(engine.parallelize({"a"}, 1), "kill"));
      CAPTURE(text);
      CHECK(text.find("failed 2 times") != std::string::npos);
      CHECK(text.find("last words") != std::string::npos);
    }
  }

  TEST_CASE("accumulator updates arrive once for each task") {
    for (const auto& interpreter : interpreters()) {
      RealEngine engine(interpreter);
      const auto counter = std::make_shared<Counter>();
      engine.context().set_accumulator_sink(counter);
      engine.collect(engine.map(engine.parallelize({"a", "b", "c"}, 3), "count"));
      CHECK(counter->updates() == 3);
    }
  }

  TEST_CASE("a cancelled job ends its hanging workers, and the next job has new ones") {
    for (const auto& interpreter : interpreters()) {
      RealEngine engine(interpreter);
      std::string text;
      std::thread job([&] {
        text = engine.failure(engine.map(engine.parallelize({"a"}, 1), "hang"),
                              {{"spark.jobGroup.id", "g"}});
      });
      CHECK(runner::test::eventually(
          [&] { return !engine.context().status().active_stages().empty(); }));
      engine.context().cancel_job_group("g");
      job.join();
      CHECK(text == "Job 0 cancelled part of cancelled job group g");
      CHECK(engine.collect(engine.map(engine.parallelize({"a"}, 1), "upper")) ==
            std::vector<Texts>{{"A"}});
    }
  }

  TEST_CASE("a shuffle larger than its memory passes through the disk unharmed") {
    for (const auto& interpreter : interpreters()) {
      RealEngine engine(interpreter, {{"spark.py4cpp.shuffle.memory", "2m"}});
      const auto batches = engine.shuffle(engine.parallelize({"3", "3"}, 2), "sized", 4);
      const auto partitions = engine.collect(engine.map(batches, "length_and_head"));
      REQUIRE(partitions.size() == 4);
      for (const Texts& partition : partitions) {
        CHECK(partition == Texts{"1048580 0-0-", "1048580 0-1-", "1048580 0-2-", "1048580 1-0-",
                                 "1048580 1-1-", "1048580 1-2-"});
      }
    }
  }

  TEST_CASE("an interpreter that is not there is named") {
    RealEngine engine(interpreters().front());
    runner::PythonFunction function;
    function.command = std::make_shared<const runner::Bytes>();
    function.python_executable = "/no/such/python";
    function.python_version = "3.11";
    const auto rdd = std::make_shared<PythonRdd>(engine.parallelize({"a"}, 1), function, false);
    CHECK(engine.failure(rdd).find("cannot start '/no/such/python': No such file or directory; "
                                   "correct PYSPARK_PYTHON or spark.pyspark.python") !=
          std::string::npos);
  }

  TEST_CASE("workers that were warmed up serve the first task") {
    RealEngine engine(interpreters().front());
    engine.context().prewarm_workers(interpreters().front().python, {}, 1);
    engine.context().prewarm_workers("/no/such/python", {}, 1);
    CHECK(engine.collect(engine.map(engine.parallelize({"a"}, 1), "upper")) ==
          std::vector<Texts>{{"A"}});
  }
}
