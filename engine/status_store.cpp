// SPDX-License-Identifier: Apache-2.0
//
// Two small tables; what is finished and old is forgotten so that a long-lived driver stays small.
#include "engine/status_store.hpp"

#include <algorithm>

namespace py4cpp::engine {

const char* to_text(JobStatus status) {
  switch (status) {
    case JobStatus::running:
      return "RUNNING";
    case JobStatus::succeeded:
      return "SUCCEEDED";
    case JobStatus::failed:
      return "FAILED";
  }
  return "UNKNOWN";
}

std::optional<JobInfo> StatusStore::find_job(int id) const {
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<StageInfo> StatusStore::find_stage(int id) const {
  const std::lock_guard lock(mutex_);
  const auto found = stages_.find(id);
  return found == stages_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<int> StatusStore::jobs_of_group(const std::string& group) const {
  std::vector<int> ids;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, job] : jobs_) {
    if (job.group == group) ids.push_back(id);
  }
  return ids;
}

std::vector<int> StatusStore::active_jobs() const {
  std::vector<int> ids;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, job] : jobs_) {
    if (job.status == JobStatus::running) ids.push_back(id);
  }
  return ids;
}

std::vector<int> StatusStore::active_stages() const {
  std::vector<int> ids;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, stage] : stages_) {
    if (stage.active) ids.push_back(id);
  }
  return ids;
}

/// Forgets the oldest entries that are not active until the bound holds.
template <typename Map, typename Active>
void StatusStore::trim(Map& map, std::size_t entries_max, Active active) {
  for (auto at = map.begin(); at != map.end() && map.size() > entries_max;) {
    at = active(at->second) ? std::next(at) : map.erase(at);
  }
}

void StatusStore::put_job(JobInfo job) {
  const std::lock_guard lock(mutex_);
  jobs_.insert_or_assign(job.id, std::move(job));
  trim(jobs_, jobs_max_, [](const JobInfo& info) { return info.status == JobStatus::running; });
}

void StatusStore::end_job(int id, JobStatus status) {
  const std::lock_guard lock(mutex_);
  if (const auto found = jobs_.find(id); found != jobs_.end()) found->second.status = status;
}

void StatusStore::put_stage(StageInfo stage) {
  const std::lock_guard lock(mutex_);
  stages_.insert_or_assign(stage.id, std::move(stage));
  trim(stages_, stages_max_, [](const StageInfo& info) { return info.active; });
}

void StatusStore::task_started(int stage_id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = stages_.find(stage_id); found != stages_.end()) {
    ++found->second.active_tasks;
  }
}

void StatusStore::task_ended(int stage_id, bool succeeded) {
  const std::lock_guard lock(mutex_);
  const auto found = stages_.find(stage_id);
  if (found == stages_.end()) return;
  --found->second.active_tasks;
  ++(succeeded ? found->second.completed_tasks : found->second.failed_tasks);
}

void StatusStore::end_stage(int stage_id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = stages_.find(stage_id); found != stages_.end()) {
    found->second.active = false;
  }
}

}  // namespace py4cpp::engine
