// SPDX-License-Identifier: Apache-2.0
//
// How a job ends when it does not end well.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace py4cpp::engine {

/// A task failed for good, or could not be started. The message is Spark's text: "Job aborted due
/// to stage failure: Task 0 in stage 1.0 failed 1 times, most recent failure: ...".
class JobFailed : public Error {
 public:
  JobFailed(const std::string& message, std::exception_ptr cause)
      : Error(message), cause_(std::move(cause)) {}

  /// What the last attempt threw: PythonError, WorkerFailed, NamedError...; null when no task ran.
  const std::exception_ptr& cause() const { return cause_; }

 private:
  std::exception_ptr cause_;
};

/// The job was cancelled: by its id, group or tag, by a stage, or because the context stopped.
class JobCancelled : public Error {
 public:
  JobCancelled(int job_id, const std::string& reason)
      : Error("Job " + std::to_string(job_id) + " cancelled " + reason), job_id_(job_id) {}
  int job_id() const { return job_id_; }

 private:
  int job_id_;
};

/// The context is stopped: nothing can be run on it any more.
class ContextStopped : public Error {
 public:
  using Error::Error;
};

/// An operation that its arguments do not allow (Java's IllegalArgumentException).
class BadArgument : public Error {
 public:
  using Error::Error;
};

}  // namespace py4cpp::engine
