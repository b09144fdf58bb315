// SPDX-License-Identifier: Apache-2.0
//
// Threads that share one pool and its runners, with functions of different kinds at the same time:
// four with two rounds each; or, for as many seconds as PY4CPP_SOAK_SECONDS says, sixteen, among
// whose tasks are some that raise, are cancelled or lose their worker.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "../worker_fixture.hpp"
#include "arrow_workers.hpp"
#include "base/error.hpp"
#include "runner/argument_lists.hpp"
#include "runner/python_command.hpp"
#include "tests/support/settings.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

constexpr int rounds = 2;
constexpr int batches = 8;
constexpr std::int64_t rows = 10'000;
const GroupColumns both_columns{.values = {0, 1}};

// One runner of each kind, shared by all threads.
class Runners {
 public:
  explicit Runners(ArrowWorkers& workers)
      : arrow_map_(workers.runner("keep")),
        pandas_map_(workers.runner("keep", EvalType::sql_map_pandas_iter_udf, numbers_json)),
        scalar_(workers.runner("twice", EvalType::sql_scalar_pandas_udf, "\"long\"")),
        pickled_(
            workers.factories(),
            {{{workers.function(python_function_command("arrow_functions", "twice", "\"long\""))}}},
            {{0}}),
        rdd_(workers.factories(),
             workers.function(rdd_function_command("arrow_functions", "shout", RddFrames::bytes,
                                                   RddFrames::bytes))),
        group_(workers.factories(), functions(workers, "keep_group", numbers_json),
               EvalType::sql_grouped_map_pandas_udf, {grouped_map_arguments(both_columns)}),
        cogroup_(workers.factories(), functions(workers, "keep_left", numbers_json),
                 EvalType::sql_cogrouped_map_pandas_udf,
                 {cogrouped_map_arguments(both_columns, both_columns)}),
        window_(workers.factories(), functions(workers, "total", "\"long\""),
                EvalType::sql_window_agg_pandas_udf, {{0}},
                {.window_bounds = {WindowBound::unbounded}}),
        table_(workers.factories(), doubles(workers), EvalType::sql_arrow_table_udf,
               {.input_type_json = numbers_json}),
        raising_(workers.runner("third_is_wrong")),
        exiting_(workers.runner("exits")) {}

  // A task of one kind, with data of its own for each `seed` up to 127. False when the result is
  // wrong.
  bool run(int kind, int seed) const {
    using Run = bool (Runners::*)(int) const;
    static constexpr Run all[kinds] = {
        &Runners::run_arrow_map, &Runners::run_pandas_map, &Runners::run_scalar,
        &Runners::run_pickled,   &Runners::run_rdd,        &Runners::run_group,
        &Runners::run_cogroup,   &Runners::run_window,     &Runners::run_table,
        &Runners::run_raising,   &Runners::run_cancelled,  &Runners::run_killed,
        &Runners::run_exiting};
    return (this->*all[kind])(seed);
  }

  // The first of them end well, and leave their workers to the next task.
  static constexpr int good_kinds = 9;
  static constexpr int kinds = 13;

 private:
  static std::vector<ChainedPythonFunctions> functions(ArrowWorkers& workers, const char* name,
                                                       const char* type_json) {
    const Bytes command = python_function_command("arrow_functions", name, type_json);
    return {{.functions = {workers.function(command)}}};
  }

  static PythonTableFunction doubles(ArrowWorkers& workers) {
    PythonTableFunction made;
    made.handler = workers.function(python_class_command("arrow_functions", "Doubles"));
    made.arguments = {{0}};
    made.return_type_json = R"({"type": "struct", "fields": [
        {"name": "n", "type": "long", "nullable": true, "metadata": {}}]})";
    made.name = "doubles";
    return made;
  }

  static std::unique_ptr<GroupList> groups(const std::shared_ptr<arrow::RecordBatch>& batch) {
    return group_list(std::vector<arrow::RecordBatchVector>(batches, {batch}));
  }

  // The same batch as often as it was sent.
  static bool unchanged(ArrowTask& task, const arrow::RecordBatch& batch) {
    int count = 0;
    for (; const auto got = task.next(); ++count) {
      if (!got->Equals(batch)) return false;
    }
    return count == batches;
  }

  // Numbers, of which each follows from its place in all that was sent.
  template <typename Expected>
  static bool numbers_are(ArrowTask& task, std::int64_t count, const Expected& expected) {
    std::int64_t at = 0;
    while (const auto got = task.next()) {
      const auto* column = dynamic_cast<const arrow::Int64Array*>(got->column(0).get());
      if (!column) return false;
      for (std::int64_t row = 0; row < column->length(); ++row, ++at) {
        if (column->Value(row) != expected(at)) return false;
      }
    }
    return at == count;
  }

  static bool run_map(const ArrowPythonRunner& runner, int seed) {
    const auto batch = numbers(seed, seed + rows);
    return unchanged(*runner.compute(std::make_unique<Repeated>(batch, batches), {}), *batch);
  }
  bool run_arrow_map(int seed) const { return run_map(arrow_map_, seed); }
  bool run_pandas_map(int seed) const { return run_map(pandas_map_, seed); }

  bool run_group(int seed) const {
    const auto batch = numbers(seed, seed + rows);
    return unchanged(*group_.compute(groups(batch), {}), *batch);
  }

  bool run_cogroup(int seed) const {
    const auto batch = numbers(seed, seed + rows);
    auto both = std::make_unique<CogroupList>(groups(batch), groups(numbers(0, 10)));
    return unchanged(*cogroup_.compute(std::move(both), {}), *batch);
  }

  bool run_window(int seed) const {
    const std::int64_t total = rows * seed + rows * (rows - 1) / 2;
    const auto task = window_.compute(groups(numbers(seed, seed + rows)), {});
    return numbers_are(*task, batches * rows, [&](std::int64_t) { return total; });
  }

  bool run_table(int seed) const {
    constexpr std::int64_t some_rows = 500;  // the function is called for each
    const auto task = table_.compute(batch_list({numbers(seed, seed + some_rows)}), {});
    return numbers_are(*task, some_rows, [&](std::int64_t at) { return 2 * (seed + at); });
  }

  bool run_raising(int seed) const {
    const auto task =
        raising_.compute(std::make_unique<Repeated>(numbers(seed, seed + rows), batches), {});
    try {
      while (task->next()) continue;
      return false;
    } catch (const PythonError& error) {
      return std::string(error.what()).find("the third batch is wrong") != std::string::npos;
    }
  }

  bool run_cancelled(int seed) const {
    const auto cancel = std::make_shared<CancelToken>();
    const auto task = arrow_map_.compute(
        std::make_unique<Repeated>(numbers(seed, seed + rows), 10 * batches), {}, cancel);
    if (!task->next()) return false;
    cancel->cancel("enough");
    return fails_with<TaskCancelled>(*task);
  }

  // Reads on until the task fails so.
  template <typename Failure>
  static bool fails_with(ArrowTask& task) {
    try {
      while (task.next()) continue;
      return false;
    } catch (const Failure&) {
      return true;
    }
  }

  bool run_killed(int seed) const {
    const auto task = arrow_map_.compute(
        std::make_unique<Repeated>(numbers(seed, seed + rows), 10 * batches), {});
    return task->next() && ::kill(task->task().worker_pid(), SIGKILL) == 0 &&
           fails_with<WorkerFailed>(*task);
  }

  bool run_exiting(int seed) const {
    return fails_with<WorkerFailed>(*exiting_.compute(
        std::make_unique<Repeated>(numbers(seed, seed + rows), 10 * batches), {}));
  }

  bool run_scalar(int seed) const {
    const auto task =
        scalar_.compute(std::make_unique<Repeated>(numbers(seed, seed + rows), batches), {});
    return numbers_are(*task, batches * rows,
                       [&](std::int64_t at) { return 2 * (seed + at % rows); });
  }

  // A list of one row with one number, and a list with that number's double, as pickles have them.
  bool run_pickled(int seed) const {
    const std::string number(1, static_cast<char>(seed));
    const std::string answer(1, static_cast<char>(2 * seed));
    const std::vector<std::string> got =
        read_all(*pickled_.compute(source({"\x80\x02](K" + number + "\x85" + "e."}), {}));
    return got.size() == 1 && got.front().find("K" + answer + "a.") != std::string::npos;
  }

  bool run_rdd(int seed) const {
    const auto text = [&](char first) {
      return std::string(10'000, static_cast<char>(first + seed % 26));
    };
    const std::vector<std::string> got =
        read_all(*rdd_.compute(source(std::vector<std::string>(200, text('a'))), {}));
    return got == std::vector<std::string>(200, text('A'));
  }

  const ArrowPythonRunner arrow_map_;
  const ArrowPythonRunner pandas_map_;
  const ArrowPythonRunner scalar_;
  const PythonUdfRunner pickled_;
  const PythonRunner rdd_;
  const ArrowPythonRunner group_;
  const CoGroupedArrowPythonRunner cogroup_;
  const ArrowPythonRunner window_;
  const ArrowPythonUdtfRunner table_;
  const ArrowPythonRunner raising_;
  const ArrowPythonRunner exiting_;
};

}  // namespace

TEST_SUITE("arrow threads") {
  TEST_CASE("threads share a pool and its runners, and each gets its own results of every kind") {
    const int seconds = py4cpp::test::setting("PY4CPP_SOAK_SECONDS", 0);
    const int threads_count = seconds > 0 ? 16 : 4;
    const int kinds = seconds > 0 ? Runners::kinds : Runners::good_kinds;
    for (const std::string& pyspark : pyspark_environments()) {
      CAPTURE(pyspark);
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
      ArrowWorkers workers(pyspark);
      const Runners runners(workers);
      // What Arrow makes at its first use is made here: ThreadSanitizer does not see how the
      // library keeps threads apart that come first.
      for (int kind = 0; kind < kinds; ++kind) {
        CAPTURE(kind);
        CHECK(runners.run(kind, 1));
      }
      std::atomic<int> tasks = kinds;
      std::vector<std::jthread> threads;
      for (int i = 0; i < threads_count; ++i) {
        // Each thread begins with another kind.
        threads.emplace_back([&, i] {
          const auto goes_on = [&](int at) {
            return at < rounds * kinds || std::chrono::steady_clock::now() < end;
          };
          for (int at = 0; goes_on(at); ++at, ++tasks) {
            const int kind = (i + at) % kinds;
            CAPTURE(kind);
            CHECK(runners.run(kind, 1 + (i * 20 + at) % 127));
          }
        });
      }
      threads.clear();
      MESSAGE("tasks: ", tasks.load());
      const WorkerStats stats = workers.factories().stats();
      CHECK(stats.live == stats.idle);
      if (seconds == 0) CHECK(stats.created <= static_cast<std::uint64_t>(threads_count));
      CHECK(stats.leases == static_cast<std::uint64_t>(tasks));
      CHECK(stats.daemon_starts == 1);
    }
  }
}
