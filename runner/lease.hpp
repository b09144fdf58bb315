// SPDX-License-Identifier: Apache-2.0
//
// One borrowed worker, as nobody else can use it meanwhile. The runners borrow theirs themselves; a
// program that speaks the workers' protocol in its own way gets one from WorkerFactory::acquire.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>

namespace py4cpp::runner {

class Worker;
enum class WorkerAction;
enum class WorkerEvent;

/// A lease belongs to one thread at a time. Unless the worker was given back, the destructor ends
/// it: one in the middle of something cannot serve another task.
class Lease {
 public:
  /// Gets the worker back, and what became of it.
  using GiveBack = std::function<void(std::unique_ptr<Worker>, WorkerAction)>;

  /// Made by WorkerFactory.
  Lease(std::unique_ptr<Worker> worker, GiveBack give_back);
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  /// False when the worker was given back or the lease moved from; then nothing but the destructor
  /// and what gives back may be called.
  explicit operator bool() const { return worker_ != nullptr; }

  pid_t pid() const;
  /// The connection, a stream socket, at the place where the worker waits for a task's header
  /// (runner/PROTOCOL.md). It stays the lease's.
  int socket() const;
  /// The worker has served a task before.
  bool reused() const;

  /// Ends the lease after a task whose answer was read to its end: the worker serves others, if it
  /// may. Further calls do nothing.
  void give_back();

  /// For the library's own tasks: the worker, and the end in its life cycle's words.
  Worker& operator*() const { return *worker_; }
  Worker* operator->() const { return worker_.get(); }
  void finish(WorkerEvent how);

 private:
  std::unique_ptr<Worker> worker_;
  GiveBack give_back_;
};

}  // namespace py4cpp::runner
