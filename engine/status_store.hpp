// SPDX-License-Identifier: Apache-2.0
//
// What became of jobs and stages, for status trackers. Any thread; answers are copies.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace py4cpp::engine {

enum class JobStatus { running, succeeded, failed };

/// "RUNNING", "SUCCEEDED" or "FAILED".
const char* to_text(JobStatus status);

struct JobInfo {
  int id = 0;
  JobStatus status = JobStatus::running;
  std::string group = {};
  std::vector<int> stage_ids = {};
};

struct StageInfo {
  int id = 0;
  int attempt = 0;
  std::string name = {};
  int tasks = 0;
  int active_tasks = 0;
  int completed_tasks = 0;
  int failed_tasks = 0;
  bool active = false;
  bool skipped = false;
};

class StatusStore {
 public:
  /// Finished jobs and stages beyond these numbers are forgotten, oldest first.
  StatusStore(std::size_t jobs_max, std::size_t stages_max)
      : jobs_max_(jobs_max), stages_max_(stages_max) {}

  std::optional<JobInfo> find_job(int id) const;
  std::optional<StageInfo> find_stage(int id) const;
  /// Known jobs of a group; an empty group means jobs without one.
  std::vector<int> jobs_of_group(const std::string& group) const;
  std::vector<int> active_jobs() const;
  std::vector<int> active_stages() const;

  /// The scheduler's side.
  void put_job(JobInfo job);
  void end_job(int id, JobStatus status);
  void put_stage(StageInfo stage);
  void task_started(int stage_id);
  void task_ended(int stage_id, bool succeeded);
  void end_stage(int stage_id);

 private:
  template <typename Map, typename Active>
  static void trim(Map& map, std::size_t entries_max, Active active);

  const std::size_t jobs_max_;
  const std::size_t stages_max_;
  mutable std::mutex mutex_;  // guards both maps
  std::map<int, JobInfo> jobs_;
  std::map<int, StageInfo> stages_;
};

}  // namespace py4cpp::engine
