// SPDX-License-Identifier: Apache-2.0
//
// Whether an interpreter has the PySpark that its workers are expected to have. A worker of another
// release would wait for more of a task's header for ever, or read nonsense.
#pragma once

#include <string>

#include "base/error.hpp"
#include "runner/pool/python_question.hpp"
#include "runner/pool/worker_host.hpp"

namespace py4cpp::runner {

/// Asks while a daemon or a worker starts, which takes longer, so that nobody waits for it. Belongs
/// to one thread.
class ReleaseCheck {
 public:
  /// Starts to ask, with the environment of the workers. Throws Error when the interpreter cannot
  /// be started. `host` outlives the check.
  ReleaseCheck(const std::string& python_executable, const Environment& environment,
               WorkerHost& host);

  /// Runs `start`, which starts a daemon or a worker, and returns what it returns. Throws Error
  /// when the release is another one, also where `start` throws WorkerFailed, as it may because of
  /// that, and TaskCancelled. An interpreter that does not answer gets a WARN.
  template <typename Start>
  auto around(Start start, const CancelToken* cancel) {
    try {
      auto started = start();
      require(cancel);
      return started;
    } catch (const WorkerFailed&) {
      require(cancel);
      throw;
    }
  }

 private:
  void require(const CancelToken* cancel);

  const std::string python_executable_;
  WorkerHost& host_;
  const Deadline deadline_;
  PythonQuestion question_;
};

}  // namespace py4cpp::runner
