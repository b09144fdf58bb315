// SPDX-License-Identifier: Apache-2.0
//
// The life of a job, from its submission to the delivery of its results, and its cancellation.
#include "engine/scheduler/scheduler.hpp"

#include <algorithm>

#include "engine/job_errors.hpp"
#include "engine/storage/block_store.hpp"

namespace py4cpp::engine {
namespace {

/// Looks at the files behind a lineage before the scheduler's lock is taken.
void count_partitions(const std::shared_ptr<Rdd>& rdd) {
  for (const auto& node : all_ancestors(rdd)) {
    node->partition_count();
    for (const Dependency& edge : node->dependencies()) {
      if (edge.shuffle) edge.shuffle->set_maps(edge.parent->partition_count());
    }
  }
}

std::string property(const Properties& properties, const char* key) {
  const auto found = properties.find(key);
  return found == properties.end() ? std::string() : found->second;
}

std::set<std::string> split_tags(const std::string& text) {
  std::set<std::string> tags;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    if (comma > start) tags.insert(text.substr(start, comma - start));
    start = comma + 1;
  }
  return tags;
}

}  // namespace

Scheduler::Scheduler(Context& context, MemoryBudget& shuffle_memory, SchedulerOptions options,
                     StatusStore& status)
    : context_(context),
      shuffle_memory_(shuffle_memory),
      options_(options),
      status_(status),
      slots_(options.slots) {}

void Scheduler::run(const std::shared_ptr<Rdd>& rdd, const std::vector<std::size_t>& partitions,
                    const Properties& properties, const OnResult& on_result,
                    const TaskFunction& task) {
  count_partitions(rdd);
  for (const std::size_t partition : partitions) {
    if (partition >= rdd->partition_count()) {
      throw BadArgument(
          "Attempting to access a non-existent partition: " + std::to_string(partition) +
          ". Total number of partitions: " + std::to_string(rdd->partition_count()));
    }
  }
  Job job;
  job.properties = properties;
  job.task = task;
  job.group = property(properties, "spark.jobGroup.id");
  job.tags = split_tags(property(properties, "spark.job.tags"));

  Lock lock(mutex_);
  if (stopping_) throw ContextStopped("the context was stopped");
  job.id = next_job_id_++;
  jobs_.emplace(job.id, &job);
  try {
    plan(job, rdd, partitions);
  } catch (...) {
    fail_job(job, std::current_exception());
  }
  deliver(job, on_result, lock);
  end_job(job);
  if (job.failure) std::rethrow_exception(job.failure);
}

void Scheduler::deliver(Job& job, const OnResult& on_result, Lock& lock) {
  for (;;) {
    job.changed.wait(lock, [&] { return !job.results.empty() || job.finished || job.failure; });
    if (job.failure) break;
    if (job.results.empty()) return;
    auto [index, block] = std::move(job.results.front());
    job.results.pop_front();
    lock.unlock();
    std::exception_ptr error;
    try {
      if (on_result) on_result(index, std::move(block));
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error) fail_job(job, error);
  }
  quiet_.wait(lock, [&] { return quiet(job); });
}

/// True when no task runs on behalf of this job alone.
bool Scheduler::quiet(const Job& job) const {
  return std::all_of(job.stages.begin(), job.stages.end(), [](const auto& stage) {
    return stage->state != Stage::State::cancelled || stage->running == 0;
  });
}

void Scheduler::end_job(Job& job) {
  release_stages(job);
  jobs_.erase(job.id);
  status_.end_job(job.id, job.failure ? JobStatus::failed : JobStatus::succeeded);
}

void Scheduler::fail_job(Job& job, std::exception_ptr error) {
  if (job.failure) return;
  job.failure = std::move(error);
  job.results.clear();
  release_stages(job);
  job.changed.notify_all();
  context_.blocks().wake_waiting();
}

/// Ends the stages that no other job needs.
void Scheduler::release_stages(Job& job) {
  for (const auto& stage : job.stages) {
    stage->jobs.erase(&job);
    if (stage->jobs.empty()) abandon(*stage, "its job has ended");
  }
}

void Scheduler::abandon(Stage& stage, const std::string& reason) {
  if (stage.shuffle) {
    const auto known = shuffle_stages_.find(stage.shuffle.get());
    if (known != shuffle_stages_.end() && known->second.get() == &stage) {
      shuffle_stages_.erase(known);
    }
  }
  for (const auto& parent : stage.parents) std::erase(parent->children, &stage);
  if (stage.state == Stage::State::finished || stage.state == Stage::State::cancelled) return;
  stage.state = Stage::State::cancelled;
  slots_.withdraw(stage.rank);
  if (stage.cancel) stage.cancel->cancel(reason);
  status_.end_stage(stage.id);
}

void Scheduler::cancel_where(const std::function<bool(const Job&)>& matches,
                             const std::string& reason) {
  const Lock lock(mutex_);
  std::vector<Job*> chosen;
  for (const auto& [id, job] : jobs_) {
    if (matches(*job)) chosen.push_back(job);
  }
  for (Job* job : chosen) {
    fail_job(*job, std::make_exception_ptr(JobCancelled(job->id, reason)));
  }
}

void Scheduler::cancel_job(int job_id, const std::string& reason) {
  cancel_where([&](const Job& job) { return job.id == job_id; }, reason);
}

void Scheduler::cancel_group(const std::string& group) {
  cancel_where([&](const Job& job) { return job.group == group; },
               "part of cancelled job group " + group);
}

void Scheduler::cancel_tag(const std::string& tag, const std::string& reason) {
  cancel_where([&](const Job& job) { return job.tags.contains(tag); }, reason);
}

void Scheduler::cancel_stage(int stage_id, const std::string& reason) {
  cancel_where(
      [&](const Job& job) {
        return std::any_of(job.stages.begin(), job.stages.end(),
                           [&](const auto& stage) { return stage->id == stage_id; });
      },
      "because Stage " + std::to_string(stage_id) + " was cancelled" +
          (reason.empty() ? "" : ": " + reason));
}

void Scheduler::cancel_all() {
  cancel_where([](const Job&) { return true; }, "as part of cancellation of all jobs");
}

void Scheduler::stop() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  cancel_where([](const Job&) { return true; }, "because SparkContext was shut down");
  slots_.stop();
}

}  // namespace py4cpp::engine
