// SPDX-License-Identifier: Apache-2.0
//
// What the two halves of the tests' peer share: a pool of workers, and a task as peer.py described
// it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runner/python_runner.hpp"
#include "runner/worker_factories.hpp"

namespace py4cpp::runner::test {

/// The whole file. Throws Error when it cannot be read.
Bytes read_file(const std::filesystem::path& path);

/// The workers of one interpreter.
class Pool {
 public:
  Pool(const std::string& python, const PythonInstallation& found);

  /// The function that was pickled into a file.
  PythonFunction function(const std::filesystem::path& command) const;
  WorkerFactories& factories() { return factories_; }

 private:
  const std::string python_;
  const std::string version_;
  WorkerFactories factories_;
};

/// One folder with a task. The pool outlives it.
class TaskDescription {
 public:
  TaskDescription(Pool& pool, std::filesystem::path folder);

  const std::filesystem::path& folder() const { return folder_; }
  EvalType eval_type() const;
  RunnerOptions options() const;
  TaskContext context() const;
  /// Larger batches are cut.
  std::int64_t batch_rows() const;

  /// What the eval type has of these.
  PythonFunction rdd_function() const;
  std::vector<ChainedPythonFunctions> functions() const;
  std::vector<std::vector<Argument>> arguments() const;
  PythonTableFunction table_function() const;

 private:
  static std::vector<Argument> arguments_of(const nlohmann::json& function);

  Pool& pool_;
  const std::filesystem::path folder_;
  nlohmann::json json_;
};

/// Who served a task.
struct Outcome {
  pid_t worker_pid = 0;
  bool worker_reused = false;
  std::vector<Bytes> accumulator_updates = {};
};

/// Runs a task over Arrow data and writes its output as one Arrow stream, or as an empty file when
/// the worker made no batch. Throws what the runner throws.
Outcome run_arrow(Pool& pool, const TaskDescription& task);

}  // namespace py4cpp::runner::test
