// SPDX-License-Identifier: Apache-2.0
//
// The environment that daemons and workers run in, and nothing but: pure functions of the options.
#pragma once

#include <string>

#include "base/process.hpp"
#include "runner/worker_options.hpp"

namespace py4cpp::runner {

/// Everything a daemon and its workers get but the variables of the handshake: `inherited` (this
/// process's own), the options' environment, the function's, and what the options say. A function
/// may set OMP_NUM_THREADS, PYTHONHASHSEED and SPARK_JOB_ARTIFACT_UUID itself. PYTHONPATH is the
/// function's, the options' and the inherited one, in this order. `faulthandler_dir` may be empty.
Environment worker_environment(const WorkerOptions& options,
                               const Environment& function_environment, Environment inherited,
                               const std::string& faulthandler_dir);

}  // namespace py4cpp::runner
