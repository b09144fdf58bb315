// SPDX-License-Identifier: Apache-2.0
//
// The scheduler's records: a job is cut into stages at its shuffles, a stage has one task for each
// partition. All of it is guarded by the scheduler's mutex, except what is said to be constant.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/context.hpp"
#include "engine/rdd.hpp"
#include "engine/scheduler/slots.hpp"
#include "engine/storage/shuffle.hpp"
#include "engine/task_run.hpp"
#include "runner/cancel_token.hpp"

namespace py4cpp::engine {

struct Stage;

/// One call of `Context::run_job`.
struct Job {
  int id = 0;
  Properties properties;
  TaskFunction task;
  std::string group;
  std::set<std::string> tags;
  std::vector<std::shared_ptr<Stage>> stages;  // parents first; the last one is the result's

  std::deque<std::pair<std::size_t, Block>> results;  // finished, not yet delivered
  std::uint64_t result_bytes = 0;
  bool finished = false;       // all results are there
  std::exception_ptr failure;  // or this happened
  std::condition_variable changed;
};

/// Tasks that can run side by side. A stage that writes a shuffle may serve several jobs.
struct Stage : std::enable_shared_from_this<Stage> {
  // Constant.
  int id = 0;
  Rank rank;
  std::shared_ptr<Rdd> rdd;
  std::shared_ptr<Shuffle> shuffle;     // null for a result stage
  std::vector<std::size_t> partitions;  // the job's, for a result stage
  Job* result_job = nullptr;            // outlives the stage's tasks
  Properties properties;
  TaskFunction task;

  enum class State { planned, waiting, running, finished, cancelled };
  State state = State::planned;
  std::vector<std::shared_ptr<Stage>> parents;  // of the lineage, complete or not
  std::vector<Stage*> children;                 // active stages that wait for this one
  std::size_t parents_missing = 0;
  std::set<Job*> jobs;
  std::vector<std::size_t> ready;       // tasks to queue once no parent is missing
  std::size_t unfinished = 0;           // tasks that have not succeeded
  std::size_t running = 0;              // tasks on slots
  int losses = 0;                       // of shuffle output that it needed
  std::map<std::size_t, int> failures;  // by task
  std::map<std::size_t, int> attempts;  // by task
  std::shared_ptr<runner::CancelToken> cancel;
};

}  // namespace py4cpp::engine
