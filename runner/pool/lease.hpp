// SPDX-License-Identifier: Apache-2.0
//
// One borrowed worker, as nobody else can use it meanwhile.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "runner/pool/worker.hpp"

namespace py4cpp::runner {

/// A lease belongs to one thread at a time. Unless it was finished, its destructor aborts the task:
/// a worker in the middle of something cannot serve another one.
class Lease {
 public:
  /// Gets the worker back, and what became of it.
  using GiveBack = std::function<void(std::unique_ptr<Worker>, WorkerAction)>;

  Lease(std::unique_ptr<Worker> worker, GiveBack give_back)
      : worker_(std::move(worker)), give_back_(std::move(give_back)) {}
  Lease(Lease&&) = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease() { finish(WorkerEvent::task_aborted); }

  /// Valid until the lease is finished.
  Worker& operator*() const { return *worker_; }
  Worker* operator->() const { return worker_.get(); }
  explicit operator bool() const { return worker_ != nullptr; }

  /// The task is over, one way or the other. Further calls do nothing.
  void finish(WorkerEvent how) {
    if (!worker_) return;
    const WorkerAction action = worker_->life.on(how);
    give_back_(std::move(worker_), action);
  }

 private:
  std::unique_ptr<Worker> worker_;
  GiveBack give_back_;
};

}  // namespace py4cpp::runner
