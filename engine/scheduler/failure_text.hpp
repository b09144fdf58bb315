// SPDX-License-Identifier: Apache-2.0
//
// The words in which Spark reports failures; PySpark and its users look for them.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

namespace py4cpp::engine {

/// "org.apache.spark.api.python.PythonException: Traceback ..." and the like.
std::string describe_error(const std::exception_ptr& error);

/// Which attempt of which task failed.
struct LostTask {
  std::size_t task = 0;
  int stage = 0;
  int stage_attempt = 0;
  int attempt = 0;
  std::int64_t task_attempt_id = 0;
};

/// "Lost task 0.0 in stage 1.0 (TID 2) (localhost executor driver): ...".
std::string lost_task_text(const LostTask& lost, const std::exception_ptr& error);

/// "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure:
/// ...".
std::string job_failed_text(const LostTask& lost, int failures, const std::exception_ptr& error);

/// "1024.0 MiB".
std::string size_text(std::uint64_t bytes);

}  // namespace py4cpp::engine
