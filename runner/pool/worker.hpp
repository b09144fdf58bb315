// SPDX-License-Identifier: Apache-2.0
//
// One Python worker: its process, its connection and what it knows from earlier tasks.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/fd.hpp"
#include "base/process.hpp"
#include "runner/pool/output_log.hpp"
#include "runner/pool/worker_state.hpp"
#include "runner/wire/input_buffer.hpp"

namespace py4cpp::runner {

class Daemon;
class WorkerHost;

/// Why a busy worker was ended from outside.
enum class StopReason {
  none,
  cancelled,  ///< its task was cancelled and nobody saw to it
  too_long,   ///< its task took longer than `task_ms_max`
  requested,  ///< WorkerFactory::stop_worker
};

/// Owned by a factory's idle queue or by a lease, and used by one thread at a time.
class Worker {
 public:
  /// `owner` outlives the worker.
  Worker(WorkerHost& owner, WorkerTraits traits) : host(owner), life(traits) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// A worker that is not ended yet is killed.
  ~Worker();

  /// Does what the life cycle says at the worker's end.
  void end(WorkerAction action);

  /// False when an idle worker or its connection has ended, or bytes came that nobody asked for.
  bool idle_and_well() const;

  /// Sends a signal to the process. It cannot hit another process that got the same id. Any thread
  /// that keeps the worker from being ended meanwhile.
  void signal(int number) const;
  /// Does so, and keeps why for the error's text.
  void stop_for(StopReason reason, int number) {
    stop_reason_.store(reason);
    signal(number);
  }
  StopReason stop_reason() const { return stop_reason_.load(); }
  /// From now on output lines of this worker belong to this task.
  void begin_task(std::int64_t task_attempt_id);
  /// From now on they belong to no task; those written so far have reached their sink.
  void forget_task();
  /// Waits until the process has ended; false at the deadline.
  bool wait_ended(Deadline deadline) const;
  /// Takes leave of the process of a simple worker, with all that it started: waits for its end,
  /// until `deadline` at most, and kills what is left. Its status, if it ended by itself.
  std::optional<ExitStatus> end_process(Deadline deadline);

  WorkerHost& host;
  WorkerLife life;
  Fd socket;
  pid_t pid = -1;
  /// A pidfd of the process.
  Fd process_fd;
  /// Keeps the daemon that forked the worker; empty for a simple worker.
  std::shared_ptr<Daemon> daemon;
  /// The process of a simple worker; empty for a forked one.
  Process process;
  std::shared_ptr<OutputLog> output;
  /// Broadcasts that the worker holds.
  std::set<std::int64_t> broadcast_ids;
  InputBuffer buffer;
  /// Tasks begun.
  std::uint64_t tasks = 0;
  /// Which workers of its factory it belongs with: those before or after a stop.
  std::uint64_t generation = 0;
  std::chrono::steady_clock::time_point idle_since;

 private:
  std::atomic<StopReason> stop_reason_ = StopReason::none;
};

/// A pidfd of a process that is known to be alive. Throws Error.
Fd open_process(pid_t pid);

}  // namespace py4cpp::runner
