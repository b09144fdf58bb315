// SPDX-License-Identifier: Apache-2.0
//
// What `sc.statusTracker()` tells: jobs, stages and the one executor, this process.
#include <optional>
#include <vector>

#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/context_objects.hpp"
#include "engine/status_store.hpp"

namespace py4cpp::engine {
namespace {

struct StatusTracker {
  std::shared_ptr<Application> application;

  StatusStore& store() const { return application->context().status(); }
};

/// org.apache.spark.JobExecutionStatus, which the driver asks for its text.
struct JobExecutionStatus {
  JobStatus status;
};

/// The driver's process, which runs all tasks.
struct ExecutorInfo {
  std::int64_t running_tasks = 0;
};

Array<int> int_array(std::vector<int> values) { return {std::move(values), "int"}; }

std::shared_ptr<JobInfo> job_info(const StatusTracker& tracker, int id) {
  auto job = tracker.store().find_job(id);
  return job ? std::make_shared<JobInfo>(*job) : nullptr;
}

std::shared_ptr<StageInfo> stage_info(const StatusTracker& tracker, int id) {
  auto stage = tracker.store().find_stage(id);
  return stage ? std::make_shared<StageInfo>(*stage) : nullptr;
}

Array<std::shared_ptr<ExecutorInfo>> executors(const StatusTracker& tracker) {
  auto executor = std::make_shared<ExecutorInfo>();
  for (int stage : tracker.store().active_stages()) {
    if (auto info = tracker.store().find_stage(stage))
      executor->running_tasks += info->active_tasks;
  }
  return {{std::move(executor)}, "org.apache.spark.SparkExecutorInfo"};
}

void bind_infos(Registry& registry) {
  registry.type<JobInfo>("org.apache.spark.SparkJobInfo")
      .method("jobId", [](const JobInfo& job) { return job.id; })
      .method("stageIds", [](const JobInfo& job) { return int_array(job.stage_ids); })
      .method("status", [](const JobInfo& job) { return JobExecutionStatus{job.status}; });
  registry.type<JobExecutionStatus>("org.apache.spark.JobExecutionStatus")
      .method("name", [](const JobExecutionStatus& status) { return to_text(status.status); })
      .method("toString", [](const JobExecutionStatus& status) { return to_text(status.status); });
  registry.type<StageInfo>("org.apache.spark.SparkStageInfo")
      .method("stageId", [](const StageInfo& stage) { return stage.id; })
      .method("currentAttemptId", [](const StageInfo& stage) { return stage.attempt; })
      .method("name", [](const StageInfo& stage) { return stage.name; })
      .method("numTasks", [](const StageInfo& stage) { return stage.tasks; })
      .method("numActiveTasks", [](const StageInfo& stage) { return stage.active_tasks; })
      .method("numCompletedTasks", [](const StageInfo& stage) { return stage.completed_tasks; })
      .method("numFailedTasks", [](const StageInfo& stage) { return stage.failed_tasks; });
  registry.type<ExecutorInfo>("org.apache.spark.SparkExecutorInfo")
      .method("host", [](const ExecutorInfo&) { return "localhost"; })
      .method("port", [](const ExecutorInfo&) { return 0; })
      .method("cacheSize", [](const ExecutorInfo&) { return std::int64_t{0}; })
      .method("numRunningTasks", [](const ExecutorInfo& info) {
        return static_cast<std::int32_t>(info.running_tasks);
      });
}

}  // namespace

void bind_status_classes(Registry& registry, const SharedHost&) {
  bind_infos(registry);
  registry.type<StatusTracker>("org.apache.spark.api.java.JavaSparkStatusTracker")
      .method("getJobIdsForGroup",
              [](const StatusTracker& tracker, const std::optional<std::string>& group) {
                return int_array(tracker.store().jobs_of_group(group.value_or("")));
              })
      .method("getActiveJobIds",
              [](const StatusTracker& tracker) { return int_array(tracker.store().active_jobs()); })
      .method(
          "getActiveStageIds",
          [](const StatusTracker& tracker) { return int_array(tracker.store().active_stages()); })
      .method("getJobInfo", &job_info)
      .method("getStageInfo", &stage_info)
      .method("getExecutorInfos", &executors);
  registry.type<JavaSparkContext>("org.apache.spark.api.java.JavaSparkContext")
      .method("statusTracker",
              [](const JavaSparkContext& context) { return StatusTracker{context.application}; });
}

}  // namespace py4cpp::engine
