// SPDX-License-Identifier: Apache-2.0
//
// Whether an interpreter has the PySpark that its workers are expected to have. A worker of another
// release would wait for more of a task's header for ever, or read nonsense.
#pragma once

#include <string>

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

  /// Waits for the answer. Throws Error when the release is another one, and TaskCancelled; an
  /// interpreter that does not answer, though it runs workers, gets a WARN.
  void require(const CancelToken* cancel);

 private:
  const std::string python_executable_;
  WorkerHost& host_;
  PythonQuestion question_;
};

}  // namespace py4cpp::runner
