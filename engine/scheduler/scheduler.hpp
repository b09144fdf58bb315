// SPDX-License-Identifier: Apache-2.0
//
// Runs jobs: cuts the lineage into stages at the shuffles, runs the stages whose inputs are ready
// and their tasks on the slots, and decides what a failure means.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/context.hpp"
#include "engine/scheduler/lineage.hpp"
#include "engine/scheduler/slots.hpp"
#include "engine/scheduler/stage.hpp"
#include "engine/status_store.hpp"

namespace py4cpp::engine {

struct SchedulerOptions {
  std::size_t slots = 1;
  /// Attempts of a task whose function raises, and of one whose worker dies.
  int function_failures_max = 1;
  int worker_failures_max = 4;
  /// A stage that has lost the shuffle output it needs so often fails its job.
  int losses_max = 4;
  /// Bytes of one job's results together; 0 is no bound.
  std::uint64_t result_bytes_max = 0;
  int task_cpus = 1;
};

/// Any thread may call any function; `run` blocks its caller. No lock is held while a task runs or
/// a result is delivered.
class Scheduler {
 public:
  /// Both outlive the scheduler.
  Scheduler(Context& context, MemoryBudget& shuffle_memory, SchedulerOptions options,
            StatusStore& status);
  ~Scheduler() { stop(); }

  /// See Context::run_job. Returns or throws when none of the job's own tasks runs any more.
  void run(const std::shared_ptr<Rdd>& rdd, const std::vector<std::size_t>& partitions,
           const Properties& properties, const OnResult& on_result, const TaskFunction& task);

  /// Runs something on a slot before any task; it must not throw and ends before `stop` returns.
  void in_background(std::function<void()> work) { slots_.submit({-1, -1}, std::move(work)); }

  void cancel_job(int job_id, const std::string& reason);
  void cancel_group(const std::string& group);
  void cancel_tag(const std::string& tag, const std::string& reason);
  void cancel_stage(int stage_id, const std::string& reason);
  void cancel_all();
  /// Cancels everything, for good, and waits for the slots.
  void stop();

 private:
  struct Outcome;
  using Lock = std::unique_lock<std::mutex>;

  // Planning (plan.cpp).
  void plan(Job& job, const std::shared_ptr<Rdd>& rdd, const std::vector<std::size_t>& partitions);
  std::shared_ptr<Stage> stage_for(const ShuffleEdge& edge, Job& job);
  std::vector<std::shared_ptr<Stage>> plan_parents(const std::shared_ptr<Rdd>& rdd, Job& job);
  void join_stage(const std::shared_ptr<Stage>& stage, Job& job);
  void activate(const std::shared_ptr<Stage>& stage);
  void wait_for(const std::shared_ptr<Stage>& child, const std::shared_ptr<Stage>& parent);
  void launch(const std::shared_ptr<Stage>& stage);

  // Jobs (scheduler.cpp).
  void deliver(Job& job, const OnResult& on_result, Lock& lock);
  void end_job(Job& job);
  void fail_job(Job& job, std::exception_ptr error);
  void release_stages(Job& job);
  void abandon(Stage& stage, const std::string& reason);
  void cancel_where(const std::function<bool(const Job&)>& matches, const std::string& reason);
  bool quiet(const Job& job) const;

  // Tasks (tasks.cpp).
  void enqueue(const std::shared_ptr<Stage>& stage, std::size_t task);
  void run_task(const std::shared_ptr<Stage>& stage, std::size_t task);
  Outcome execute(const Stage& stage, std::size_t task, TaskRun& run) const;
  void succeeded(const std::shared_ptr<Stage>& stage, std::size_t task, Outcome outcome);
  void failed(const std::shared_ptr<Stage>& stage, std::size_t task, int attempt,
              std::int64_t task_attempt_id, const std::exception_ptr& error);
  void shuffle_missing(const std::shared_ptr<Stage>& stage, std::size_t task,
                       const std::shared_ptr<Shuffle>& shuffle);
  void finish_stage(const std::shared_ptr<Stage>& stage);
  void fail_stage(Stage& stage, const std::exception_ptr& error);

  Context& context_;
  MemoryBudget& shuffle_memory_;
  const SchedulerOptions options_;
  StatusStore& status_;

  std::mutex mutex_;  // guards what follows and all Jobs and Stages
  std::condition_variable quiet_;
  bool stopping_ = false;
  int next_job_id_ = 0;
  int next_stage_id_ = 0;
  std::int64_t next_task_attempt_id_ = 0;
  std::map<int, Job*> jobs_;
  std::map<const Shuffle*, std::shared_ptr<Stage>> shuffle_stages_;  // of active jobs

  Slots slots_;  // last: its threads use all of the above
};

}  // namespace py4cpp::engine
