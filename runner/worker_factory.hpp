// SPDX-License-Identifier: Apache-2.0
//
// WorkerFactory makes and keeps the Python workers of one interpreter and one environment, forked
// from one daemon (or started one by one). A runner borrows one for each task.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cancel_token.hpp"
#include "lease.hpp"
#include "worker_options.hpp"

namespace py4cpp::runner {

class WorkerHost;

/// What a factory did so far and holds now.
struct WorkerStats {
  std::size_t live = 0;             ///< workers leased or idle
  std::size_t idle = 0;             ///< workers that wait for a task
  std::uint64_t created = 0;        ///< workers made
  std::uint64_t leases = 0;         ///< workers lent to tasks
  std::uint64_t reused = 0;         ///< leases served by an idle worker
  std::uint64_t killed = 0;         ///< workers ended by force in the middle of a task, or lost
  std::uint64_t retired = 0;        ///< idle workers let go: expired, too many, stopped
  std::uint64_t daemon_starts = 0;  ///< daemons started, the first one included
  /// Daemons that replaced one that was gone.
  std::uint64_t daemon_restarts = 0;

  WorkerStats& operator+=(const WorkerStats& other);
};

/// A worker as its factory's registry shows it.
struct WorkerInfo {
  pid_t pid = 0;
  bool busy = false;        ///< it serves a task; else it waits in the idle queue
  std::uint64_t tasks = 0;  ///< begun so far
};

/// The process that forks the workers of a factory.
struct DaemonInfo {
  pid_t pid = 0;
  std::uint16_t port = 0;  ///< where it listens; 0 with a Unix socket
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
  /// Error when the interpreter cannot be started or has another PySpark than the options say,
  /// Overloaded at `workers_max`, and TaskCancelled
  /// as soon as `cancel` is cancelled, also while a daemon starts. The lease must not outlive the
  /// factory; until its end, `task_ms_max` and the token are kept watch over.
  Lease acquire(const std::shared_ptr<const CancelToken>& cancel = {});

  /// Starts workers until `count` are idle, or as many as are kept. Throws as `acquire`. See
  /// prewarm.hpp for workers that also have imported something.
  void prewarm(std::size_t count);

  /// Ends the worker with this process id: an idle one leaves the queue, the task of a busy one
  /// fails. False when the factory has no such worker.
  bool stop_worker(pid_t pid);

  /// Ends idle workers that waited longer than `idle_ms_max`, and those that died.
  void expire_idle();

  /// Ends idle workers. Those on lease serve their task to its end and then end as well, the daemon
  /// with the last of them. The next `acquire` starts anew.
  void stop();

  /// Whether workers are forked by a daemon (spark.python.use.daemon) or started one by one.
  bool use_daemon() const;
  /// The daemon, while there is one.
  std::optional<DaemonInfo> daemon() const;
  /// All workers, leased and idle, by process id.
  std::vector<WorkerInfo> workers() const;

  WorkerStats stats() const;
  const std::string& python_executable() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace py4cpp::runner
