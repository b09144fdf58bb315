// SPDX-License-Identifier: Apache-2.0
//
// Runs Python functions over a partition's data in a borrowed worker. BasePythonRunner is what all
// kinds of functions share; PythonRunner runs functions over RDD data.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "byte_source.hpp"
#include "cancel_token.hpp"
#include "python_function.hpp"
#include "worker_factories.hpp"

namespace py4cpp::runner {

/// What kind of function a worker is to run; the numbers are the wire's.
enum class EvalType : std::int32_t { non_udf = 0 };

/// When a task went through its phases, as the worker reports it (milliseconds since 1970), and
/// what it spilled.
struct TaskTiming {
  std::int64_t started_ms = 0;      ///< the worker began to read the task's header
  std::int64_t initialised_ms = 0;  ///< the function was unpickled
  std::int64_t finished_ms = 0;     ///< all results were written
  std::int64_t processing_ms = 0;   ///< how long the function and its data took
  std::int64_t memory_bytes_spilled = 0;
  std::int64_t disk_bytes_spilled = 0;
};

/// A task's answer while it comes. Destroying it before the end ends the worker.
class PythonTask : public ByteSource {
 public:
  /// Writes input while reading output, then returns a run of output frames. Empty when the task is
  /// done and the worker handed back. After an exception, results so far are void, and every
  /// further call throws it again. Throws
  /// - PythonError with the traceback when the function raised,
  /// - WorkerFailed with the last output lines when the worker died,
  /// - TaskCancelled after a cancellation (the worker is killed),
  /// - what the input's `next` throws.
  std::span<const std::byte> next() override = 0;

  /// Updates of accumulators, each a pickled pair (id, value). Complete after the end.
  virtual const std::vector<Bytes>& accumulator_updates() const = 0;
  /// Complete after the end.
  virtual const TaskTiming& timing() const = 0;
  /// The worker's process.
  virtual pid_t worker_pid() const = 0;
  /// True when the worker had served a task before.
  virtual bool worker_reused() const = 0;
};

/// What is the same for all tasks of a runner.
struct RunnerOptions {
  /// `SparkFiles`' root; the includes of a function lie there.
  std::string files_directory = "/tmp";
  /// Settings for the worker's code; for eval types and releases that read them.
  std::map<std::string, std::string> runner_conf = {};
  std::map<std::string, std::string> eval_conf = {};
};

class BytesWriter;

/// Immutable after its construction: any number of threads may call `compute` at the same time.
class BasePythonRunner {
 public:
  /// `argument_offsets` has the argument columns of each chain of functions. Throws Error when
  /// their numbers differ, or a function is missing. `factories` outlives the runner and its tasks.
  BasePythonRunner(WorkerFactories& factories, std::vector<ChainedPythonFunctions> functions,
                   EvalType eval_type, std::vector<std::vector<int>> argument_offsets,
                   RunnerOptions options = {});
  virtual ~BasePythonRunner() = default;

  /// Borrows a worker and starts a task on it: the header is sent, input follows as the worker
  /// takes it. One thread at a time may use the result. Throws as WorkerFactory::acquire, and
  /// TaskCancelled when the token is cancelled already.
  std::unique_ptr<PythonTask> compute(std::unique_ptr<ByteSource> input, const TaskContext& context,
                                      std::shared_ptr<const CancelToken> cancel = {}) const;

 protected:
  /// Writes the part of the header that depends on the kind of function.
  virtual void write_command(BytesWriter& out) const = 0;

  const std::vector<ChainedPythonFunctions>& functions() const { return functions_; }
  /// The function whose interpreter, environment, includes and broadcasts count for all.
  const PythonFunction& first() const { return functions_.front().functions.front(); }
  const std::vector<std::vector<int>>& argument_offsets() const { return argument_offsets_; }

 private:
  const std::vector<ChainedPythonFunctions> functions_;
  const EvalType eval_type_;
  const std::vector<std::vector<int>> argument_offsets_;
  const RunnerOptions options_;
  const PythonRelease release_;
  WorkerFactory& factory_;
};

/// Functions over RDD data (eval type 0): frames in, frames out, as the function's own serializers
/// define them.
class PythonRunner final : public BasePythonRunner {
 public:
  PythonRunner(WorkerFactories& factories, PythonFunction function, RunnerOptions options = {});

 protected:
  void write_command(BytesWriter& out) const override;
};

}  // namespace py4cpp::runner
