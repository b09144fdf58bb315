// SPDX-License-Identifier: Apache-2.0
//
// From a lineage to stages: which there are, which have to run, and when each may start. All
// functions are called with the scheduler's lock held.
#include <algorithm>

#include "engine/job_errors.hpp"
#include "engine/scheduler/scheduler.hpp"
#include "engine/storage/block_store.hpp"

namespace py4cpp::engine {
namespace {

constexpr const char* barrier_needs_slots =
    "[SPARK-24819]: Barrier execution mode does not allow run a barrier stage that requires more "
    "slots than the total number of slots currently available";

std::string stage_name(const Stage& stage) {
  const auto site = stage.properties.find("callSite.short");
  if (!stage.shuffle && site != stage.properties.end()) return site->second;
  return stage.rdd->site();
}

StageInfo describe(const Stage& stage, std::size_t tasks) {
  return {.id = stage.id, .name = stage_name(stage), .tasks = static_cast<int>(tasks)};
}

}  // namespace

/// The whole lineage gets stages, parents first, as their ids tell; those whose output is there
/// already are skipped later.
void Scheduler::plan(Job& job, const std::shared_ptr<Rdd>& rdd,
                     const std::vector<std::size_t>& partitions) {
  auto parents = plan_parents(rdd, job);
  const auto stage = std::make_shared<Stage>();
  stage->id = next_stage_id_++;
  stage->rank = {job.id, stage->id};
  stage->rdd = rdd;
  stage->partitions = partitions;
  stage->result_job = &job;
  stage->properties = job.properties;
  stage->task = job.task;
  stage->parents = std::move(parents);
  stage->jobs.insert(&job);
  job.stages.push_back(stage);

  JobInfo info{.id = job.id, .group = job.group};
  for (const auto& planned : job.stages) info.stage_ids.push_back(planned->id);
  std::sort(info.stage_ids.begin(), info.stage_ids.end());
  status_.put_job(std::move(info));
  status_.put_stage(describe(*stage, partitions.size()));
  if (partitions.empty()) {
    finish_stage(stage);
  } else {
    activate(stage);
  }
}

std::vector<std::shared_ptr<Stage>> Scheduler::plan_parents(const std::shared_ptr<Rdd>& rdd,
                                                            Job& job) {
  std::vector<std::shared_ptr<Stage>> parents;
  for (const ShuffleEdge& edge : stage_inputs(rdd)) parents.push_back(stage_for(edge, job));
  return parents;
}

std::shared_ptr<Stage> Scheduler::stage_for(const ShuffleEdge& edge, Job& job) {
  if (const auto known = shuffle_stages_.find(edge.shuffle.get()); known != shuffle_stages_.end()) {
    auto stage = known->second;
    join_stage(stage, job);
    return stage;
  }
  auto parents = plan_parents(edge.parent, job);
  auto stage = std::make_shared<Stage>();
  stage->id = next_stage_id_++;
  stage->rank = {job.id, stage->id};
  stage->rdd = edge.parent;
  stage->shuffle = edge.shuffle;
  stage->properties = job.properties;
  stage->parents = std::move(parents);
  stage->jobs.insert(&job);
  job.stages.push_back(stage);
  shuffle_stages_.emplace(edge.shuffle.get(), stage);
  StageInfo info = describe(*stage, edge.parent->partition_count());
  info.skipped = edge.shuffle->complete();
  status_.put_stage(std::move(info));
  return stage;
}

/// Lets another job share a stage and whatever it needs.
void Scheduler::join_stage(const std::shared_ptr<Stage>& stage, Job& job) {
  if (!stage->jobs.insert(&job).second) return;
  for (const auto& parent : stage->parents) join_stage(parent, job);
  job.stages.push_back(stage);
}

/// Starts a stage, or first those whose output it needs.
void Scheduler::activate(const std::shared_ptr<Stage>& stage) {
  if (stage->state != Stage::State::planned) return;
  stage->state = Stage::State::waiting;
  const auto cached = [&](const Rdd& rdd) {
    return rdd.storage_level().valid() &&
           context_.blocks().has_all(rdd.id(), rdd.partition_count());
  };
  for (const ShuffleEdge& edge : stage_inputs(stage->rdd, cached)) {
    if (edge.shuffle->complete()) continue;
    const auto parent = shuffle_stages_.find(edge.shuffle.get());
    if (parent != shuffle_stages_.end()) wait_for(stage, parent->second);
  }
  if (stage->parents_missing == 0) launch(stage);
}

void Scheduler::wait_for(const std::shared_ptr<Stage>& child,
                         const std::shared_ptr<Stage>& parent) {
  if (std::find(parent->children.begin(), parent->children.end(), child.get()) !=
      parent->children.end()) {
    return;
  }
  if (std::find(child->parents.begin(), child->parents.end(), parent) == child->parents.end()) {
    child->parents.push_back(parent);  // so that it is forgotten together with the child
  }
  parent->children.push_back(child.get());
  ++child->parents_missing;
  activate(parent);
}

/// Queues the tasks of a stage whose inputs are there.
void Scheduler::launch(const std::shared_ptr<Stage>& stage) {
  if (stage->shuffle) {
    stage->ready = stage->shuffle->missing();
  } else {
    stage->ready.resize(stage->partitions.size());
    for (std::size_t task = 0; task < stage->ready.size(); ++task) stage->ready[task] = task;
  }
  stage->unfinished = stage->ready.size();
  stage->state = Stage::State::running;
  if (stage->rdd->is_barrier() && stage->ready.size() > slots_.count()) {
    fail_stage(*stage, std::make_exception_ptr(JobFailed(
                           std::string("Job aborted due to stage failure: ") + barrier_needs_slots,
                           nullptr)));
    return;
  }
  try {
    stage->cancel = std::make_shared<runner::CancelToken>();
  } catch (const Error&) {
    fail_stage(*stage, std::current_exception());
    return;
  }
  StageInfo info = describe(*stage, stage->ready.size());
  info.active = true;
  status_.put_stage(std::move(info));
  if (stage->ready.empty()) {
    finish_stage(stage);
    return;
  }
  for (const std::size_t task : std::exchange(stage->ready, {})) enqueue(stage, task);
}

}  // namespace py4cpp::engine
