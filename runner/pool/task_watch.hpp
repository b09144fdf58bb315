// SPDX-License-Identifier: Apache-2.0
//
// The monitor of running tasks. It ends the worker of a task that takes too long, or that was
// cancelled and is still there, also when no thread reads that task and the worker is stuck in C
// code: it works from the control thread, by signals.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <mutex>

#include "runner/cancel_token.hpp"
#include "runner/pool/control_thread.hpp"
#include "runner/worker_options.hpp"

namespace py4cpp::runner {

class Worker;

/// Any thread. While nothing is watched it does nothing; else it looks a few times within the
/// shortest of the times it has to keep.
class TaskWatch {
 public:
  /// Both outlive the watch.
  TaskWatch(const WorkerOptions& options, ControlThread& control)
      : options_(options), control_(control) {}

  /// Watches the task that begins now on this worker. `cancel` may be null. The worker must be
  /// removed before it ends.
  void add(Worker& worker, std::shared_ptr<const CancelToken> cancel);
  /// Does nothing for a worker that is not watched.
  void remove(const Worker& worker);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    Worker* worker;
    std::shared_ptr<const CancelToken> cancel;
    Time began;
    Time cancelled_at = Time::max();  // when the cancellation was seen
    Time kill_at = Time::max();       // after an abort that did not help
  };

  void look();
  void look_at(Entry& entry, Time now) const;
  std::chrono::milliseconds interval() const;

  const WorkerOptions& options_;
  ControlThread& control_;
  std::mutex mutex_;  // guards what follows; workers in the list are alive while it is held
  std::list<Entry> entries_;
  bool armed_ = false;
};

}  // namespace py4cpp::runner
