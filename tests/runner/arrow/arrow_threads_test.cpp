// SPDX-License-Identifier: Apache-2.0
//
// Threads that share one pool and its runners, with functions of different kinds at the same time:
// four with three rounds each, or sixteen for as many seconds as PY4CPP_SOAK_SECONDS says.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "../worker_fixture.hpp"
#include "arrow_workers.hpp"
#include "runner/python_command.hpp"
#include "tests/support/settings.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

constexpr int rounds = 3;
constexpr int batches = 8;
constexpr std::int64_t rows = 10'000;

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
                                                   RddFrames::bytes))) {}

  // A task of one kind, with data of its own for each `seed` up to 127. False when the result is
  // wrong.
  bool run(int kind, int seed) const {
    switch (kind % kinds) {
      case 0:
        return run_map(arrow_map_, seed);
      case 1:
        return run_map(pandas_map_, seed);
      case 2:
        return run_scalar(seed);
      case 3:
        return run_pickled(seed);
      default:
        return run_rdd(seed);
    }
  }

  static constexpr int kinds = 5;

 private:
  static bool run_map(const ArrowPythonRunner& runner, int seed) {
    const auto batch = numbers(seed, seed + rows);
    const auto task = runner.compute(std::make_unique<Repeated>(batch, batches), {});
    int count = 0;
    for (; const auto got = task->next(); ++count) {
      if (!got->Equals(*batch)) return false;
    }
    return count == batches;
  }

  bool run_scalar(int seed) const {
    const auto task =
        scalar_.compute(std::make_unique<Repeated>(numbers(seed, seed + rows), batches), {});
    int count = 0;
    for (; const auto got = task->next(); ++count) {
      const auto* column = dynamic_cast<const arrow::Int64Array*>(got->column(0).get());
      if (!column || column->length() != rows) return false;
      for (std::int64_t row = 0; row < rows; ++row) {
        if (column->Value(row) != 2 * (seed + row)) return false;
      }
    }
    return count == batches;
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
};

}  // namespace

TEST_SUITE("arrow threads") {
  TEST_CASE("threads share a pool and its runners, and each gets its own results of every kind") {
    const int seconds = py4cpp::test::setting("PY4CPP_SOAK_SECONDS", 0);
    const int threads_count = seconds > 0 ? 16 : 4;
    for (const std::string& pyspark : pyspark_environments()) {
      CAPTURE(pyspark);
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
      ArrowWorkers workers(pyspark);
      const Runners runners(workers);
      // What Arrow makes at its first use is made here: ThreadSanitizer does not see how the
      // library keeps threads apart that come first.
      for (int kind = 0; kind < Runners::kinds; ++kind) CHECK(runners.run(kind, 1));
      std::atomic<std::uint64_t> tasks = Runners::kinds;
      std::vector<std::jthread> threads;
      for (int i = 0; i < threads_count; ++i) {
        // Each thread begins with another kind.
        threads.emplace_back([&, i] {
          const auto goes_on = [&](int at) {
            return at < rounds * Runners::kinds || std::chrono::steady_clock::now() < end;
          };
          for (int at = 0; goes_on(at); ++at, ++tasks) {
            CAPTURE((i + at) % Runners::kinds);
            CHECK(runners.run(i + at, 1 + (i * 20 + at) % 127));
          }
        });
      }
      threads.clear();
      MESSAGE("tasks: ", tasks.load());
      const WorkerStats stats = workers.factories().stats();
      CHECK(stats.live == stats.idle);
      if (seconds == 0) CHECK(stats.created <= static_cast<std::uint64_t>(threads_count));
      CHECK(stats.leases == tasks);
      CHECK(stats.daemon_starts == 1);
    }
  }
}
