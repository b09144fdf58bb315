// SPDX-License-Identifier: Apache-2.0
//
// WorkerFactory makes and keeps the Python workers of one interpreter and one environment, forked
// from one daemon (or started one by one). Tasks borrow a worker through a Lease.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "worker_options.hpp"

namespace py4cpp::runner {

class ControlThread;
class Worker;
class WorkerFactory;

/// What a factory did so far and holds now.
struct WorkerStats {
  std::size_t live = 0;             ///< workers leased or idle
  std::size_t idle = 0;             ///< workers that wait for a task
  std::uint64_t created = 0;        ///< workers made
  std::uint64_t reused = 0;         ///< leases served by an idle worker
  std::uint64_t killed = 0;         ///< workers ended by force
  std::uint64_t daemon_starts = 0;  ///< daemons started, the first one included
};

/// One borrowed worker. Unless `keep` was called, the destructor ends the worker: a worker in the
/// middle of something cannot serve another task. A lease belongs to one thread at a time and must
/// not outlive its factory.
class Lease {
 public:
  Lease(WorkerFactory& factory, std::unique_ptr<Worker> worker);
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  Worker& operator*() const { return *worker_; }
  Worker* operator->() const { return worker_.get(); }

  /// The task ended cleanly: hands the worker back for the next task.
  void keep();
  /// The task is over but the worker cannot be used again (it stopped reading early, or raised):
  /// closes the connection, after which the worker ends by itself.
  void close();
  /// Ends the worker by force, now.
  void kill();

 private:
  WorkerFactory* factory_;
  std::unique_ptr<Worker> worker_;
};

/// Made by WorkerFactories. All functions may be called from any thread.
class WorkerFactory {
 public:
  /// `environment` is added to this process's own for the workers. Starts nothing yet. `options`
  /// and `control` outlive the factory.
  WorkerFactory(std::string python_executable, std::map<std::string, std::string> environment,
                const WorkerOptions& options, ControlThread& control);
  WorkerFactory(const WorkerFactory&) = delete;
  WorkerFactory& operator=(const WorkerFactory&) = delete;
  /// Ends all idle workers and the daemon. No lease may be left.
  ~WorkerFactory();

  /// An idle worker, or a new one. A daemon that is gone is replaced once, with a WARN. Throws
  /// Error that names the interpreter and holds its last output when no worker can be had, and
  /// Overloaded at `workers_max`.
  Lease acquire();

  /// Ends idle workers and the daemon; the next `acquire` starts anew. Workers on lease go on.
  void stop();

  WorkerStats stats() const;
  const std::string& python_executable() const;

 private:
  friend class Lease;
  friend class WorkerFactories;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace py4cpp::runner
