// SPDX-License-Identifier: Apache-2.0
//
// Runs Python functions over a partition's data in a borrowed worker. BasePythonRunner is what all
// kinds of functions share; PythonRunner runs functions over RDD data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "byte_source.hpp"
#include "cancel_token.hpp"
#include "eval_type.hpp"
#include "python_function.hpp"
#include "worker_factories.hpp"

namespace py4cpp::runner {

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
  /// Writes input while reading output, then returns a run of output: whole frames, or whole
  /// messages of the one Arrow stream, its end included (nothing when the function made no batch).
  /// Empty when the task is done and the worker handed back. After an exception, results so far are
  /// void, also those of an Arrow stream that had ended well, and every further call throws it
  /// again. Throws
  /// - PythonError with the traceback when the function raised,
  /// - WorkerFailed with the last output lines when the worker died,
  /// - TaskCancelled after a cancellation (the worker is killed),
  /// - Overloaded when a frame or batch of the answer is over `task_bytes_max`,
  /// - what the input's `next` throws.
  std::span<const std::byte> next() override = 0;

  /// Whoever wants to use the last run after the next call of `next` holds it: its bytes stay as
  /// they are until the returned pointer and all its copies are gone, which may be after the task.
  /// Nothing is copied; memory for 1 MB, or for the run if that is larger, stays taken. Call it
  /// while the run is valid; empty when there is none.
  virtual std::shared_ptr<const void> hold_run() = 0;

  /// Updates of accumulators, each a pickled pair (id, value). Complete after the end.
  virtual const std::vector<Bytes>& accumulator_updates() const = 0;
  /// Complete after the end.
  virtual const TaskTiming& timing() const = 0;
  /// What went over the worker's socket so far, the header with the functions and the accounts at
  /// the end included. `rows` counts the rows received.
  virtual std::uint64_t bytes_sent() const noexcept = 0;
  virtual std::uint64_t bytes_received() const noexcept = 0;
  /// Rows of Arrow batches that were taken from the input so far; 0 for frames, see `rows`.
  virtual std::uint64_t rows_sent() const noexcept = 0;
  /// The worker's process.
  virtual pid_t worker_pid() const = 0;
  /// True when the worker had served a task before.
  virtual bool worker_reused() const = 0;
};

/// The frame of a window function: the whole partition, or rows between two bounds.
enum class WindowBound { unbounded, bounded };

/// What is the same for all tasks of a runner.
struct RunnerOptions {
  /// `SparkFiles'` root; the includes of a function lie there.
  std::string files_directory = "/tmp";
  /// Settings for the worker's code, where the eval type and the release read them. Eval types with
  /// Arrow data get PythonRelease::default_runner_conf() with these on top; an empty value takes a
  /// default away.
  std::map<std::string, std::string> runner_conf = {};
  /// What an eval type needs to know beside its functions (from 4.2 on).
  std::map<std::string, std::string> eval_conf = {};
  /// The input's columns as the JSON of a StructType; types with an `input_type_since` need it.
  std::string input_type_json = {};
  /// One per function, for window functions; all are unbounded when empty.
  std::vector<WindowBound> window_bounds = {};
  /// Hands broadcasts out; without it workers read the files themselves.
  std::shared_ptr<BroadcastServer> broadcast_server = {};
  /// "perf" or "memory" has the worker profile UDFs whose type's `profiled_since` is reached; the
  /// profile comes back as an accumulator's update with a negative id, from 4.2 on as two, for
  /// drivers of two ages. "memory" needs the package memory-profiler beside the worker's PySpark.
  std::string udf_profiler = {};
};

class BytesWriter;
struct BroadcastChange;

/// Immutable after its construction: any number of threads may call `compute` at the same time.
class BasePythonRunner {
 public:
  /// `argument_offsets` has the argument columns of each chain of functions. Throws Error when
  /// their numbers differ, a function is missing, functions need different interpreters, the
  /// release lacks the eval type, an argument is named where names are not read, a profiler is
  /// wanted where there is none, or a function has broadcasts and `client_package` is set.
  /// `factories` outlives the runner and its tasks.
  BasePythonRunner(WorkerFactories& factories, std::vector<ChainedPythonFunctions> functions,
                   EvalType eval_type, std::vector<std::vector<Argument>> argument_offsets,
                   RunnerOptions options = {});
  virtual ~BasePythonRunner() = default;

  /// Borrows a worker and starts a task on it: the header is sent, input follows as the worker
  /// takes it. One thread at a time may use the result. Throws as WorkerFactory::acquire, and
  /// TaskCancelled when the token is cancelled already; what the input throws comes from the task.
  std::unique_ptr<PythonTask> compute(std::unique_ptr<ByteSource> input, const TaskContext& context,
                                      std::shared_ptr<const CancelToken> cancel = {}) const;

 protected:
  /// Writes the part of the header that depends on the kind of function.
  virtual void write_command(BytesWriter& out) const = 0;

  EvalType eval_type() const { return eval_type_; }
  const PythonRelease& release() const { return release_; }
  /// WorkerOptions::task_bytes_max.
  std::size_t task_bytes_max() const;
  /// With the defaults of the release filled in.
  const RunnerOptions& options() const { return options_; }
  const std::vector<ChainedPythonFunctions>& functions() const { return functions_; }
  /// The function whose interpreter and environment count for all.
  const PythonFunction& first() const { return functions_.front().functions.front(); }
  const std::vector<std::vector<Argument>>& argument_offsets() const { return argument_offsets_; }

 private:
  Lease acquire(const std::shared_ptr<const CancelToken>& cancel) const;
  Bytes prepare(const TaskContext& context, Lease& lease) const;
  Bytes make_header(const TaskContext& context, BroadcastChange broadcasts) const;

  const std::vector<ChainedPythonFunctions> functions_;
  const EvalType eval_type_;
  const PythonRelease release_;
  const std::vector<std::vector<Argument>> argument_offsets_;
  const RunnerOptions options_;
  const std::vector<std::string> includes_;
  const std::vector<std::shared_ptr<const Broadcast>> broadcasts_;
  WorkerFactory& factory_;
  WorkerHost& host_;
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
