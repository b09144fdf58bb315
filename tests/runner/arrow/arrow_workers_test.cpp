// SPDX-License-Identifier: Apache-2.0
//
// Batches through real workers: more than fits in memory, larger than any bound of one task, and
// functions that end before their input.
#include "arrow_workers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ranges>

#include "../worker_fixture.hpp"
#include "base/error.hpp"
#include "runner/prewarm.hpp"
#include "runner/python_command.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

TEST_SUITE("arrow workers") {
  TEST_CASE("much more data than the memory of a task goes through a worker and back") {
    ArrowWorkers workers;
    const auto batch = numbers(0, 10'000);
    constexpr int times = 1'500;  // some 300 MB each way
    const auto runner = workers.runner("keep");
    auto task = runner.compute(std::make_unique<Repeated>(batch, 10), {});
    while (task->next()) {
    }
    const std::size_t before_mb = resident_mb();
    std::size_t most_mb = 0;
    task = runner.compute(std::make_unique<Repeated>(batch, times), {});
    int count = 0;
    while (const auto got = task->next()) {
      if (count++ % 100 != 0) continue;
      CHECK(got->Equals(*batch));
      most_mb = std::max(most_mb, resident_mb());
    }
    CHECK(count == times);
    CHECK(most_mb < before_mb + 64);
    CHECK(task->task().worker_reused());
  }

  TEST_CASE("prewarmed workers have pandas and Arrow before their first task") {
    for (const std::string& pyspark : pyspark_environments()) {
      CAPTURE(pyspark);
      ArrowWorkers workers(pyspark);
      const PythonFunction loaded = workers.function(
          rdd_function_command("arrow_functions", "loaded", RddFrames::bytes, RddFrames::bytes));
      const PythonRunner runner(workers.factories(), loaded);
      const auto answers = [&](const std::vector<std::string>& modules) {
        return read_all(*runner.compute(source(modules), {}));
      };
      CHECK(answers({"pandas", "pyarrow"}) == std::vector<std::string>{"False", "False"});
      workers.factories().stop();
      prewarm(workers.factories(), loaded);
      CHECK(answers(arrow_modules()) == std::vector<std::string>(arrow_modules().size(), "True"));
      CHECK(workers.factories().stats().created == 2);
    }
  }

  TEST_CASE("a task is a range of its batches, which throws what the task throws") {
    static_assert(std::ranges::input_range<ArrowTask>);
    ArrowWorkers workers;
    const auto task = workers.runner("keep").compute(
        batch_list({numbers(0, 3), numbers(3, 7), numbers(7, 8)}), {});
    arrow::RecordBatchVector kept;
    for (const auto& batch : *task) kept.push_back(batch);
    REQUIRE(rows_of(kept) == std::vector<std::int64_t>{3, 4, 1});
    CHECK(kept[1]->Equals(*numbers(3, 7)));
    CHECK(task->begin() == task->end());

    const auto wrong =
        workers.runner("third_is_wrong").compute(std::make_unique<Repeated>(numbers(0, 10), 5), {});
    const auto go_through = [&] { std::ranges::for_each(*wrong, [](const auto&) {}); };
    CHECK_THROWS_WITH_AS(go_through(), doctest::Contains("the third batch is wrong"), PythonError);
    CHECK_THROWS_AS(wrong->begin(), PythonError);
  }

  TEST_CASE("batches that are kept outlive their task and the next one") {
    ArrowWorkers workers;
    const auto runner = workers.runner("keep");
    arrow::RecordBatchVector kept;
    for (int i = 0; i < 2; ++i) {
      const auto task = runner.compute(
          batch_list({numbers(i, 9'000), numbers(9'000, 9'001), numbers(9'001, 15'000 + i)}), {});
      while (auto batch = task->next()) kept.push_back(std::move(batch));
    }
    REQUIRE(kept.size() == 6);
    CHECK(kept[0]->Equals(*numbers(0, 9'000)));
    CHECK(kept[1]->Equals(*numbers(9'000, 9'001)));
    CHECK(kept[5]->Equals(*numbers(9'001, 15'001)));
  }

  TEST_CASE("a batch may be larger than all that a task holds otherwise, where that is allowed") {
    ArrowWorkers workers(pyspark_environments().front(), {.task_bytes_max = 0x7fffffff});
    const auto batch = numbers(0, 4'000'000);
    const auto runner = workers.runner("keep", {.batch_records_max = 0, .batch_bytes_max = 0});
    const auto task = runner.compute(batch_list({batch}), {});
    const auto got = task->next();
    REQUIRE(got);
    CHECK(got->Equals(*batch));
    CHECK_FALSE(task->next());
  }

  TEST_CASE("what came before an exception is void") {
    ArrowWorkers workers;
    const auto runner = workers.runner("third_is_wrong");
    const auto task = runner.compute(std::make_unique<Repeated>(numbers(0, 10), 50), {});
    CHECK_THROWS_WITH_AS(read_batches(*task), doctest::Contains("the third batch is wrong"),
                         PythonError);
  }

  TEST_CASE("a function may leave input unread, and may answer nothing") {
    ArrowWorkers workers;
    const auto two =
        workers.runner("first_two").compute(std::make_unique<Repeated>(numbers(0, 10), 5'000), {});
    CHECK(rows_of(read_batches(*two)) == std::vector<std::int64_t>{10, 10});
    const auto none =
        workers.runner("nothing").compute(std::make_unique<Repeated>(numbers(0, 10), 10), {});
    CHECK(none->schema() == nullptr);
    CHECK(none->next() == nullptr);
    const auto empty = workers.runner("keep").compute(batch_list({}), {});
    CHECK(empty->next() == nullptr);
  }

  TEST_CASE("a task that is dropped in the middle leaves nothing for the next one") {
    ArrowWorkers workers;
    const auto runner = workers.runner("keep");
    for (int i = 0; i < 3; ++i) {
      const auto task = runner.compute(std::make_unique<Repeated>(numbers(0, 1'000), 1'000), {});
      CHECK(task->next()->num_rows() == 1'000);
    }
    const auto task = runner.compute(batch_list({numbers(5, 8)}), {});
    CHECK(read_batches(*task).at(0)->Equals(*numbers(5, 8)));
  }

  TEST_CASE("rows are counted both ways, also of a task that fails") {
    ArrowWorkers workers;
    const RunnerMetrics before = workers.factories().metrics();
    read_batches(*workers.runner("keep").compute(batch_list({numbers(0, 70), numbers(0, 1)}), {}));
    const auto wrong =
        workers.runner("third_is_wrong").compute(std::make_unique<Repeated>(numbers(0, 10), 5), {});
    CHECK_THROWS_AS(read_batches(*wrong), PythonError);
    const RunnerMetrics after = workers.factories().metrics();
    CHECK(after.rows_sent - before.rows_sent == 121);
    CHECK(after.rows_received - before.rows_received >= 71);
    CHECK(after.rows_received - before.rows_received <= 91);
    CHECK(after.frames_sent == before.frames_sent);
  }

  TEST_CASE("a function over batches takes no groups") {
    ArrowWorkers workers;
    CHECK_THROWS_WITH_AS(workers.runner("keep").compute(group_list({}), {}),
                         doctest::Contains("wants batches"), Error);
  }
}
