// SPDX-License-Identifier: Apache-2.0
//
// One attempt of a task on its slot, and what its success or failure leads to.
#include <utility>

#include "base/error.hpp"
#include "engine/job_errors.hpp"
#include "engine/scheduler/failure_text.hpp"
#include "engine/scheduler/scheduler.hpp"

namespace py4cpp::engine {

/// What an attempt made; nothing of it counts before the attempt has succeeded.
struct Scheduler::Outcome {
  Block block;
  std::shared_ptr<const MapOutput> map_output;
  std::vector<runner::Bytes> accumulator_updates;
};

namespace {

/// Passes a source on, looking for a cancellation before each run.
class Cancellable final : public runner::ByteSource {
 public:
  Cancellable(std::unique_ptr<runner::ByteSource> source, const TaskRun& task)
      : source_(std::move(source)), task_(task) {}

  std::span<const std::byte> next() override {
    task_.check();
    return source_->next();
  }

 private:
  std::unique_ptr<runner::ByteSource> source_;
  const TaskRun& task_;
};

bool is_worker_failure(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const WorkerFailed&) {
    return true;
  } catch (...) {
    return false;
  }
}

std::shared_ptr<Shuffle> missing_shuffle(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const ShuffleMissing& missing) {
    return missing.shuffle();
  } catch (...) {
    return nullptr;
  }
}

}  // namespace

void Scheduler::enqueue(const std::shared_ptr<Stage>& stage, std::size_t task) {
  slots_.submit(stage->rank, [this, stage, task] { run_task(stage, task); });
}

void Scheduler::run_task(const std::shared_ptr<Stage>& stage, std::size_t task) {
  runner::TaskContext identity;
  {
    const Lock lock(mutex_);
    if (stage->state != Stage::State::running) return;
    identity.attempt_number = stage->attempts[task]++;
    identity.task_attempt_id = next_task_attempt_id_++;
    ++stage->running;
  }
  identity.stage_id = stage->id;
  identity.partition_id = static_cast<int>(stage->shuffle ? task : stage->partitions[task]);
  identity.cpus = options_.task_cpus;
  identity.local_properties = stage->properties;
  identity.barrier = stage->rdd->is_barrier();
  const int attempt = identity.attempt_number;
  const std::int64_t task_attempt_id = identity.task_attempt_id;
  status_.task_started(stage->id);

  Outcome outcome;
  std::exception_ptr error;
  try {
    TaskRun run(context_, std::move(identity), stage->cancel);
    outcome = execute(*stage, task, run);
    context_.add_accumulator_updates(std::move(outcome.accumulator_updates));
  } catch (...) {
    error = std::current_exception();
  }

  const Lock lock(mutex_);
  status_.task_ended(stage->id, !error);
  --stage->running;
  if (stage->state == Stage::State::cancelled) {
    if (stage->running == 0) quiet_.notify_all();
  } else if (error) {
    failed(stage, task, attempt, task_attempt_id, error);
  } else {
    succeeded(stage, task, std::move(outcome));
  }
  error = nullptr;  // while the lock is held: whoever gets the job's failure is its last owner
}

Scheduler::Outcome Scheduler::execute(const Stage& stage, std::size_t task, TaskRun& run) const {
  const auto partition = static_cast<std::size_t>(run.identity().partition_id);
  Outcome outcome;
  {
    Cancellable frames(stage.rdd->open(partition, run), run);
    if (stage.shuffle) {
      outcome.map_output = stage.shuffle->write(task, frames, shuffle_memory_, context_.disk());
    } else if (stage.task) {
      outcome.block = stage.task(frames, run);
    } else {
      outcome.block = collect_block(frames, &context_.result_memory(), context_.disk());
    }
  }
  run.check();
  outcome.accumulator_updates = run.take_accumulator_updates();
  return outcome;
}

void Scheduler::succeeded(const std::shared_ptr<Stage>& stage, std::size_t task, Outcome outcome) {
  if (stage->shuffle) {
    stage->shuffle->commit(task, std::move(outcome.map_output));
  } else {
    Job& job = *stage->result_job;
    job.result_bytes += outcome.block.bytes();
    if (options_.result_bytes_max > 0 && job.result_bytes > options_.result_bytes_max) {
      const std::size_t tasks = stage->partitions.size() - stage->unfinished + 1;
      fail_job(job, std::make_exception_ptr(JobFailed(
                        "Job aborted due to stage failure: Total size of serialized results of " +
                            std::to_string(tasks) + " tasks (" + size_text(job.result_bytes) +
                            ") is bigger than spark.driver.maxResultSize (" +
                            size_text(options_.result_bytes_max) + ")",
                        nullptr)));
      return;
    }
    job.results.emplace_back(task, std::move(outcome.block));
    job.changed.notify_all();
  }
  if (--stage->unfinished == 0) finish_stage(stage);
}

void Scheduler::failed(const std::shared_ptr<Stage>& stage, std::size_t task, int attempt,
                       std::int64_t task_attempt_id, const std::exception_ptr& error) {
  if (const auto shuffle = missing_shuffle(error)) {
    shuffle_missing(stage, task, shuffle);
    return;
  }
  const int failures = ++stage->failures[task];
  const LostTask lost{
      .task = task, .stage = stage->id, .attempt = attempt, .task_attempt_id = task_attempt_id};
  const bool worker = is_worker_failure(error);
  if (failures < (worker ? options_.worker_failures_max : options_.function_failures_max)) {
    if (context_.log()) {
      context_.log()(LogLevel::warn, "TaskSetManager", lost_task_text(lost, error));
    }
    enqueue(stage, task);
    return;
  }
  fail_stage(*stage,
             std::make_exception_ptr(JobFailed(job_failed_text(lost, failures, error), error)));
}

/// The task runs again when the shuffle is there. One loss, which many tasks may meet before the
/// first of them waits, counts once.
void Scheduler::shuffle_missing(const std::shared_ptr<Stage>& stage, std::size_t task,
                                const std::shared_ptr<Shuffle>& shuffle) {
  if (shuffle->complete()) {
    enqueue(stage, task);
    return;
  }
  const auto parent = shuffle_stages_.find(shuffle.get());
  if (parent == shuffle_stages_.end() ||
      (stage->parents_missing == 0 && ++stage->losses >= options_.losses_max)) {
    fail_stage(*stage, std::make_exception_ptr(JobFailed(
                           "Job aborted due to stage failure: " + stage->rdd->to_string() +
                               " has failed the maximum allowable number of times: " +
                               std::to_string(options_.losses_max),
                           std::make_exception_ptr(ShuffleMissing(shuffle)))));
    return;
  }
  stage->ready.push_back(task);
  if (parent->second->state == Stage::State::finished) {
    parent->second->state = Stage::State::planned;
  }
  wait_for(stage, parent->second);
}

void Scheduler::finish_stage(const std::shared_ptr<Stage>& stage) {
  stage->state = Stage::State::finished;
  status_.end_stage(stage->id);
  if (stage->result_job) {
    stage->result_job->finished = true;
    stage->result_job->changed.notify_all();
  }
  for (Stage* waiting : std::exchange(stage->children, {})) {
    if (--waiting->parents_missing > 0) continue;
    const auto child = waiting->shared_from_this();
    if (child->state == Stage::State::waiting) {
      launch(child);
    } else {
      for (const std::size_t task : std::exchange(child->ready, {})) enqueue(child, task);
    }
  }
}

void Scheduler::fail_stage(Stage& stage, const std::exception_ptr& error) {
  for (Job* job : std::set<Job*>(stage.jobs)) fail_job(*job, error);
}

}  // namespace py4cpp::engine
