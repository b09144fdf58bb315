// SPDX-License-Identifier: Apache-2.0
//
// A worker without a daemon: a Python process for a single task, which connects to us.
#pragma once

#include <memory>
#include <string>

#include "base/process.hpp"
#include "runner/pool/worker.hpp"
#include "runner/pool/worker_host.hpp"

namespace py4cpp::runner {

/// Starts a process and waits until it is ready for its task. Throws Error when the interpreter
/// cannot be started, WorkerFailed with its output when it does not connect in time, and
/// TaskCancelled when `cancel`, which may be null, is cancelled meanwhile.
std::unique_ptr<Worker> start_simple_worker(const std::string& python_executable,
                                            Environment environment, WorkerHost& host,
                                            const CancelToken* cancel);

}  // namespace py4cpp::runner
