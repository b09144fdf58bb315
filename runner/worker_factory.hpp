// SPDX-License-Identifier: Apache-2.0
//
// WorkerFactory makes and keeps the Python workers of one interpreter and one environment, forked
// from one daemon (or started one by one). A runner borrows one for each task.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "worker_options.hpp"

namespace py4cpp::runner {

class Lease;
class WorkerHost;

/// What a factory did so far and holds now.
struct WorkerStats {
  std::size_t live = 0;             ///< workers leased or idle
  std::size_t idle = 0;             ///< workers that wait for a task
  std::uint64_t created = 0;        ///< workers made
  std::uint64_t reused = 0;         ///< leases served by an idle worker
  std::uint64_t killed = 0;         ///< workers ended by force
  std::uint64_t daemon_starts = 0;  ///< daemons started, the first one included
};

/// Made by WorkerFactories. All functions may be called from any thread.
class WorkerFactory {
 public:
  /// `function_environment` is added to the environment of the workers. Starts nothing yet. `host`
  /// outlives the factory.
  WorkerFactory(std::string python_executable,
                const std::map<std::string, std::string>& function_environment, WorkerHost& host);
  WorkerFactory(const WorkerFactory&) = delete;
  WorkerFactory& operator=(const WorkerFactory&) = delete;
  /// Ends all idle workers and the daemon. No lease may be left.
  ~WorkerFactory();

  /// An idle worker, or a new one. A daemon that is gone is replaced once, with a WARN. Throws
  /// WorkerFailed that names the interpreter and holds its last output when no worker can be had,
  /// Error when the interpreter cannot be started, and Overloaded at `workers_max`. The lease must
  /// not outlive the factory.
  Lease acquire();

  /// Starts workers until `count` are idle. Throws as `acquire`.
  void prewarm(std::size_t count);

  /// Ends idle workers that waited longer than `idle_ms_max`, and those that died.
  void expire_idle();

  /// Ends idle workers, and the daemon when the last worker on lease is done. The next `acquire`
  /// starts anew.
  void stop();

  WorkerStats stats() const;
  const std::string& python_executable() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace py4cpp::runner
