// SPDX-License-Identifier: Apache-2.0
//
// Functions over batches, groups and cogroups that fail in every way, before their first output and
// after some of it, while more input is on its way than sockets hold.
#include <doctest/doctest.h>

#include "arrow_workers.hpp"
#include "base/error.hpp"
#include "runner/argument_lists.hpp"
#include "runner/python_command.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

constexpr std::size_t units = 60;  // batches or groups, of 160 KB each
constexpr std::size_t output_before = 9;

struct Fault {
  const char* name;
  const char* text;  // part of the error
  bool worker_lost;
};
constexpr Fault faults[] = {
    {"killed", "was killed or crashed", true},  {"memory", "MemoryError", false},
    {"crashes", "was killed or crashed", true}, {"descriptors", "Too many open files", false},
    {"exits", "was killed or crashed", true},   {"raises", "raised on purpose", false},
};
constexpr EvalType types[] = {EvalType::sql_map_arrow_iter_udf, EvalType::sql_map_pandas_iter_udf,
                              EvalType::sql_grouped_map_pandas_udf,
                              EvalType::sql_cogrouped_map_pandas_udf};
constexpr std::size_t places[] = {0, output_before};

// Many rows with the same text.
std::shared_ptr<arrow::RecordBatch> unit(const std::string& text) {
  constexpr std::int64_t rows = 10'000;
  arrow::StringBuilder texts;
  for (std::int64_t row = 0; row < rows; ++row) {
    if (!texts.Append(text).ok()) throw std::runtime_error("a text cannot be appended");
  }
  const auto numbers_column = numbers(0, rows)->column(0);
  return arrow::RecordBatch::Make(numbers_schema(), rows,
                                  {numbers_column, require(texts.Finish())});
}

// All say "fine" but one, which names a fault.
arrow::RecordBatchVector batches(const std::string& fault, std::size_t at) {
  arrow::RecordBatchVector made(units, unit("fine"));
  made[at] = unit(fault);
  return made;
}

std::unique_ptr<GroupList> groups(const arrow::RecordBatchVector& from) {
  std::vector<arrow::RecordBatchVector> made;
  made.reserve(from.size());
  for (const auto& batch : from) made.push_back({batch});
  return group_list(std::move(made));
}

// A task whose function meets a fault in that batch or group.
std::unique_ptr<ArrowTask> start(ArrowWorkers& workers, EvalType type, const std::string& fault,
                                 std::size_t at) {
  const auto functions = [&](const char* name) {
    const Bytes command = python_function_command("arrow_functions", name, numbers_json);
    return std::vector<ChainedPythonFunctions>{{.functions = {workers.function(command)}}};
  };
  const GroupColumns columns{.values = {0, 1}};
  if (type == EvalType::sql_grouped_map_pandas_udf) {
    const ArrowPythonRunner runner(workers.factories(), functions("strike_group"), type,
                                   {grouped_map_arguments(columns)});
    return runner.compute(groups(batches(fault, at)), {});
  }
  if (type == EvalType::sql_cogrouped_map_pandas_udf) {
    const CoGroupedArrowPythonRunner runner(workers.factories(), functions("strike_cogroup"), type,
                                            {cogrouped_map_arguments(columns, columns)});
    return runner.compute(
        std::make_unique<CogroupList>(groups(batches(fault, at)), groups(batches("fine", at))), {});
  }
  const bool has_pandas = type == EvalType::sql_map_pandas_iter_udf;
  const ArrowPythonRunner runner(workers.factories(),
                                 functions(has_pandas ? "strike" : "strike_batches"), type, {{0}});
  return runner.compute(batch_list(batches(fault, at)), {});
}

// The output before the fault comes first, and then what became of it.
void check_fails(ArrowTask& task, const Fault& fault, std::size_t at) {
  arrow::RecordBatchVector got;
  const auto read = [&] {
    while (auto batch = task.next()) got.push_back(std::move(batch));
  };
  if (fault.worker_lost) {
    CHECK_THROWS_WITH_AS(read(), doctest::Contains(fault.text), WorkerFailed);
  } else {
    CHECK_THROWS_WITH_AS(read(), doctest::Contains(fault.text), PythonError);
  }
  const auto fine = unit("fine");
  CHECK(got.size() <= at);
  for (const auto& batch : got) CHECK(batch->Equals(*fine));
}

}  // namespace

TEST_SUITE("arrow fault table") {
  TEST_CASE("functions of batches, groups and cogroups fail in every way, early and late") {
    for (const std::string& pyspark : pyspark_environments()) {
      CAPTURE(pyspark);
      // Less than the fault wants, more than pandas does.
      ArrowWorkers workers(pyspark, {.memory_mb = 3000});
      const bool newest = pyspark == pyspark_environments().front();
      for (const EvalType type : types) {
        CAPTURE(static_cast<int>(type));
        for (const Fault& fault : faults)
          for (const std::size_t place : places) {
            CAPTURE(fault.name);
            CAPTURE(place);
            // The older release meets each fault once with each type.
            const bool is_its_turn = (place == 0) == (&fault - faults) % 2;
            if (newest || is_its_turn)
              check_fails(*start(workers, type, fault.name, place), fault, place);
          }
        std::size_t whole = 0;
        const auto task = start(workers, type, "fine", 0);
        while (task->next()) ++whole;
        CHECK(whole == units);
      }
      CHECK(workers.factories().stats().live == workers.factories().stats().idle);
      CHECK(workers.factories().stats().daemon_starts == 1);
    }
  }

  TEST_CASE("those that get stuck, in Python or in C, are ended in time, early and late") {
    constexpr Fault fault{"", "took longer than 8000 ms", true};
    for (const std::string& pyspark : pyspark_environments()) {
      CAPTURE(pyspark);
      ArrowWorkers workers(pyspark, {.task_ms_max = std::chrono::seconds(8)});
      std::vector<std::unique_ptr<ArrowTask>> tasks;  // all of them wait at the same time
      for (const EvalType type : types)
        for (const std::size_t place : places)
          tasks.push_back(start(workers, type, place == 0 ? "hangs" : "stuck", place));
      for (std::size_t i = 0; i < tasks.size(); ++i) {
        CAPTURE(i);
        check_fails(*tasks[i], fault, places[i % std::size(places)]);
        tasks[i].reset();
      }
      CHECK(workers.factories().stats().live == 0);
    }
  }
}
