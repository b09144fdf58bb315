// SPDX-License-Identifier: Apache-2.0
//
// Ends a task from another thread. The token owns an eventfd, so that a thread that waits for a
// socket wakes at once.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace py4cpp::runner {

/// Thrown by a task's source after its token was cancelled. The message is the given reason.
class TaskCancelled : public Error {
 public:
  using Error::Error;
};

/// Shared by the thread that runs a task and those that may end it: every function may be called
/// from any thread.
class CancelToken {
 public:
  /// Throws Error when the process has no descriptor left.
  CancelToken();
  CancelToken(const CancelToken&) = delete;
  CancelToken& operator=(const CancelToken&) = delete;

  /// Asks the task to end. The first reason stays; later calls do nothing.
  void cancel(const std::string& reason);

  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }

  /// Throws TaskCancelled with the reason once cancelled.
  void throw_if_cancelled() const;

  /// Becomes readable, for good, when cancelled. For poll sets; do not read it.
  int fd() const { return event_.get(); }

 private:
  Fd event_;
  mutable std::mutex mutex_;  // guards reason_
  std::string reason_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace py4cpp::runner
