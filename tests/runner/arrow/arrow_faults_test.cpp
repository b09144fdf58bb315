// SPDX-License-Identifier: Apache-2.0
//
// Workers that are lost, get stuck or are given up in the middle of Arrow data, while it flows both
// ways: the input is larger than what sockets hold, and some output is out.
#include <doctest/doctest.h>
#include <signal.h>

#include <optional>
#include <thread>

#include "arrow_workers.hpp"
#include "base/error.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using std::chrono::milliseconds;

namespace {

constexpr EvalType map_types[] = {EvalType::sql_map_arrow_iter_udf,
                                  EvalType::sql_map_pandas_iter_udf};
constexpr int batches_sent = 100;  // some 20 MB
constexpr int batches_read = 5;    // before something happens

const std::shared_ptr<arrow::RecordBatch>& batch() {
  static const auto made = numbers(0, 10'000);
  return made;
}

// A task that is read up to its end, and the batches that came of it.
class Reading {
 public:
  Reading(ArrowWorkers& workers, const std::string& function_name, EvalType type,
          std::shared_ptr<const CancelToken> cancel = {})
      : task_(workers.runner(function_name, type, numbers_json)
                  .compute(std::make_unique<Repeated>(batch(), batches_sent), {},
                           std::move(cancel))) {}

  // Up to the middle. A worker that ends by itself may take with it what is on its way.
  Reading& read_some() {
    while (kept_.size() < batches_read) kept_.push_back(task_->next());
    return *this;
  }

  void kill_worker() const { ::kill(task_->task().worker_pid(), SIGKILL); }

  // Reads on until the task fails, and checks what is promised of one that did.
  template <typename Failure>
  void check_fails(const char* text) {
    CHECK_THROWS_WITH_AS(read_on(), doctest::Contains(text), Failure);
    CHECK_THROWS_WITH_AS(task_->next(), doctest::Contains(text), Failure);
    CHECK_THROWS_WITH_AS(task_->schema(), doctest::Contains(text), Failure);
    task_.reset();
    CHECK(kept_.size() < batches_sent);
    for (const auto& kept : kept_) CHECK(kept->Equals(*batch()));
  }

 private:
  void read_on() {
    while (auto next = task_->next()) kept_.push_back(std::move(next));
  }

  std::unique_ptr<ArrowTask> task_;
  arrow::RecordBatchVector kept_;
};

// The next task is served as if nothing had been.
void check_well(ArrowWorkers& workers, EvalType type) {
  const auto task = workers.runner("keep", type, numbers_json)
                        .compute(batch_list({numbers(5, 25), numbers(25, 30)}), {});
  const arrow::RecordBatchVector got = read_batches(*task);
  REQUIRE(rows_of(got) == std::vector<std::int64_t>{20, 5});
  CHECK(got[0]->Equals(*numbers(5, 25)));
  CHECK(got[1]->Equals(*numbers(25, 30)));
  const WorkerStats stats = workers.factories().stats();
  CHECK(stats.live == stats.idle);
  CHECK(stats.daemon_starts == 1);
}

}  // namespace

TEST_SUITE("arrow faults") {
  TEST_CASE("a worker that is lost in the middle of its batches fails its task alone") {
    for (const std::string& pyspark : pyspark_environments()) {
      CAPTURE(pyspark);
      ArrowWorkers workers(pyspark);
      for (const EvalType type : map_types) {
        CAPTURE(static_cast<int>(type));
        Reading killed(workers, "keep", type);
        killed.read_some().kill_worker();
        killed.check_fails<WorkerFailed>("was killed or crashed");
        Reading exits(workers, "exits", type);
        exits.check_fails<WorkerFailed>("was killed or crashed");
        check_well(workers, type);
      }
    }
  }

  TEST_CASE("a worker that gets stuck in the middle of its batches is ended in time") {
    ArrowWorkers workers(pyspark_environments().front(), {.task_ms_max = milliseconds(8'000)});
    Reading hangs(workers, "hangs", EvalType::sql_map_arrow_iter_udf);
    hangs.check_fails<WorkerFailed>("took longer than 8000 ms");
    check_well(workers, EvalType::sql_map_arrow_iter_udf);
  }

  TEST_CASE("a task is cancelled in the middle of its batches, before it is read or meanwhile") {
    for (const std::string& pyspark : pyspark_environments()) {
      CAPTURE(pyspark);
      ArrowWorkers workers(pyspark);
      const auto before = std::make_shared<CancelToken>();
      Reading flows(workers, "keep", EvalType::sql_map_pandas_iter_udf, before);
      flows.read_some();
      before->cancel("enough");
      flows.check_fails<TaskCancelled>("enough");
      check_well(workers, EvalType::sql_map_pandas_iter_udf);

      const auto meanwhile = std::make_shared<CancelToken>();
      Reading hangs(workers, "hangs", EvalType::sql_map_arrow_iter_udf, meanwhile);
      hangs.read_some();
      const std::jthread other([&] { meanwhile->cancel("enough"); });
      hangs.check_fails<TaskCancelled>("enough");
      check_well(workers, EvalType::sql_map_arrow_iter_udf);
    }
  }

  TEST_CASE("a task that is cancelled or lost and not read any more leaves nothing behind") {
    for (const std::string& pyspark : pyspark_environments()) {
      CAPTURE(pyspark);
      ArrowWorkers workers(pyspark, {.cancel_kill_ms_max = milliseconds(20)});
      const EvalType type = EvalType::sql_map_arrow_iter_udf;
      const auto cancel = std::make_shared<CancelToken>();
      std::optional<Reading> cancelled(std::in_place, workers, "hangs", type, cancel);
      std::optional<Reading> killed(std::in_place, workers, "keep", type);
      cancelled->read_some();
      cancel->cancel("enough");
      killed->read_some().kill_worker();
      CHECK(read_batches(*workers.runner("keep").compute(batch_list({batch()}), {})).size() == 1);
      CHECK(workers.factories().stats().live == 3);
      cancelled.reset();
      killed.reset();
      check_well(workers, type);
    }
  }
}
