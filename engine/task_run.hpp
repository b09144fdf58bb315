// SPDX-License-Identifier: Apache-2.0
//
// One attempt of one task while it runs on its slot's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/storage/block.hpp"
#include "runner/cancel_token.hpp"
#include "runner/python_function.hpp"

namespace py4cpp::engine {

class Context;

/// Belongs to the task's thread, except for the token and for what may come from a source: a piped
/// command has a thread that reads its input.
class TaskRun {
 public:
  TaskRun(Context& context, runner::TaskContext identity,
          std::shared_ptr<const runner::CancelToken> cancel)
      : context_(context), identity_(std::move(identity)), cancel_(std::move(cancel)) {}

  Context& context() const { return context_; }
  /// Stage, partition, attempt and the job's properties, as the worker is told.
  const runner::TaskContext& identity() const { return identity_; }
  const std::shared_ptr<const runner::CancelToken>& cancel_token() const { return cancel_; }
  /// Throws TaskCancelled once the job is cancelled; call it in long loops.
  void check() const { cancel_->throw_if_cancelled(); }

  /// Keeps a worker's updates; they count only when this attempt succeeds. Any thread.
  void add_accumulator_updates(const std::vector<runner::Bytes>& updates) {
    const std::lock_guard lock(mutex_);
    updates_.insert(updates_.end(), updates.begin(), updates.end());
  }
  std::vector<runner::Bytes> take_accumulator_updates() {
    const std::lock_guard lock(mutex_);
    return std::exchange(updates_, {});
  }

 private:
  Context& context_;
  runner::TaskContext identity_;
  std::shared_ptr<const runner::CancelToken> cancel_;
  std::mutex mutex_;  // guards updates_
  std::vector<runner::Bytes> updates_;
};

/// What a job does with each partition, on the task's thread. An empty one collects the frames.
/// What it returns reaches the job's `on_result`.
using TaskFunction = std::function<Block(runner::ByteSource& frames, TaskRun& task)>;

/// Gets the updates of a finished task, from task threads and one call at a time, each task's
/// exactly once and before its job ends. What it throws is logged.
class AccumulatorSink {
 public:
  virtual ~AccumulatorSink() = default;
  virtual void add(std::vector<runner::Bytes> updates) = 0;
};

/// Runs a Python function over a partition. The context has one that uses the runner's workers;
/// tests put their own in its place.
class FunctionRunner {
 public:
  virtual ~FunctionRunner() = default;
  /// `partition` is the function's, which a coalesced or united task does not share. Called on
  /// task threads, many at once. The source throws PythonError, WorkerFailed or TaskCancelled, and
  /// adds the accumulator updates to the task at its end.
  virtual std::unique_ptr<runner::ByteSource> run(const runner::PythonFunction& function,
                                                  std::size_t partition,
                                                  std::unique_ptr<runner::ByteSource> input,
                                                  TaskRun& task) = 0;
};

}  // namespace py4cpp::engine
