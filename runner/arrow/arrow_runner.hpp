// SPDX-License-Identifier: Apache-2.0
//
// Runs Python functions over Arrow record batches in borrowed workers: batches are pushed through a
// worker and come back as it answers, without a copy of their bodies on either way. Start here when
// the data is Arrow's; link py4cpp-runner-arrow.
#pragma once

#include <memory>
#include <vector>

#include "../python_udf_runner.hpp"
#include "arrow_options.hpp"
#include "arrow_task.hpp"
#include "batch_source.hpp"

namespace py4cpp::runner {

/// UDFs over Arrow data, but for cogroups (eval types 101, 200-205, 207, 209, 215-217, 250-254).
/// Immutable after its construction: any number of threads may call `compute` at the same time.
///
/// Argument offsets index the columns of the batches. Types that map whole rows (201, 205, 207,
/// 209, 215, 216) answer with the columns that the function named; others with one column per
/// function, _0 to _n.
class ArrowPythonRunner final : public BasePythonUdfRunner {
 public:
  /// Throws Error as BasePythonRunner, and when the eval type is not one of these.
  ArrowPythonRunner(WorkerFactories& factories, std::vector<ChainedPythonFunctions> functions,
                    EvalType eval_type, std::vector<std::vector<Argument>> argument_offsets,
                    RunnerOptions options = {}, ArrowOptions arrow_options = {});

  using BasePythonRunner::compute;

  /// Starts a task of a function over batches. Throws as BasePythonRunner::compute, and Error when
  /// the eval type wants groups.
  std::unique_ptr<ArrowTask> compute(std::unique_ptr<BatchSource> input, const TaskContext& context,
                                     std::shared_ptr<const CancelToken> cancel = {}) const;

  /// Starts a task of a function over groups. Throws as above, and Error when the eval type wants
  /// batches. Before PySpark 4.1 each group is put together into one batch; the task throws
  /// Overloaded for one that is over `task_bytes_max`.
  std::unique_ptr<ArrowTask> compute(std::unique_ptr<GroupSource> input, const TaskContext& context,
                                     std::shared_ptr<const CancelToken> cancel = {}) const;

 private:
  const ArrowOptions arrow_options_;
};

/// Functions over the groups of two inputs with one key each (eval types 206 and 210).
class CoGroupedArrowPythonRunner final : public BasePythonUdfRunner {
 public:
  /// Throws Error as BasePythonRunner, and when the eval type is not one of these.
  CoGroupedArrowPythonRunner(WorkerFactories& factories,
                             std::vector<ChainedPythonFunctions> functions, EvalType eval_type,
                             std::vector<std::vector<Argument>> argument_offsets,
                             RunnerOptions options = {}, ArrowOptions arrow_options = {});

  using BasePythonRunner::compute;

  /// Starts a task. Throws as BasePythonRunner::compute.
  std::unique_ptr<ArrowTask> compute(std::unique_ptr<CogroupSource> input,
                                     const TaskContext& context,
                                     std::shared_ptr<const CancelToken> cancel = {}) const;

 private:
  const ArrowOptions arrow_options_;
};

/// Table functions over Arrow data (eval types 301 and 302).
class ArrowPythonUdtfRunner final : public BasePythonUdtfRunner {
 public:
  /// Throws Error as BasePythonUdtfRunner, and when the eval type is not one of these.
  ArrowPythonUdtfRunner(WorkerFactories& factories, PythonTableFunction function,
                        EvalType eval_type, RunnerOptions options = {},
                        ArrowOptions arrow_options = {});

  using BasePythonRunner::compute;

  /// Starts a task. Throws as BasePythonRunner::compute.
  std::unique_ptr<ArrowTask> compute(std::unique_ptr<BatchSource> input, const TaskContext& context,
                                     std::shared_ptr<const CancelToken> cancel = {}) const;

 private:
  const ArrowOptions arrow_options_;
};

}  // namespace py4cpp::runner
