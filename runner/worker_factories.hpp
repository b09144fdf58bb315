// SPDX-License-Identifier: Apache-2.0
//
// The worker factories of one application: one for each interpreter and environment. Start here:
// make one WorkerFactories, then a PythonRunner per function, and call `compute` per task.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "runner_metrics.hpp"
#include "worker_factory.hpp"
#include "worker_options.hpp"

namespace py4cpp::runner {

/// Owns all Python processes of an application and two threads: one starts them and forwards their
/// output, the other closes idle ones. When this process dies, however it dies, they end too.
/// All functions may be called from any thread.
class WorkerFactories {
 public:
  /// Starts no process yet. Throws Error when the folder for crash reports cannot be made; the one
  /// for sockets is made with a daemon or worker.
  explicit WorkerFactories(WorkerOptions options = {});
  WorkerFactories(const WorkerFactories&) = delete;
  WorkerFactories& operator=(const WorkerFactories&) = delete;
  /// Ends every daemon and worker, and waits for them. No lease and no task may be left.
  ~WorkerFactories();

  /// The factory for an interpreter and a function's environment; made at the first call, without
  /// starting anything. It lives as long as this object. Over `factories_max` it is Overloaded.
  WorkerFactory& get(const std::string& python_executable,
                     const std::map<std::string, std::string>& function_environment = {});

  /// Ends all idle workers and daemons; later tasks start new ones.
  void stop();

  /// The sum over all factories.
  WorkerStats stats() const;
  /// The same with what tasks did, since the start.
  RunnerMetrics metrics() const;
  const WorkerOptions& options() const;

  /// What the other parts of this library build on.
  WorkerHost& host();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace py4cpp::runner
