// SPDX-License-Identifier: Apache-2.0
//
// Runs user-defined functions (UDFs) and table functions (UDTFs) in borrowed workers. The runners
// here exchange pickled rows; those for Arrow data build on the same two bases.
#pragma once

#include <vector>

#include "python_runner.hpp"

namespace py4cpp::runner {

/// What runners of UDFs share: the payload that lists functions with their arguments.
class BasePythonUdfRunner : public BasePythonRunner {
 protected:
  /// Throws Error as BasePythonRunner, and when the eval type is not for UDFs.
  BasePythonUdfRunner(WorkerFactories& factories, std::vector<ChainedPythonFunctions> functions,
                      EvalType eval_type, std::vector<std::vector<Argument>> argument_offsets,
                      RunnerOptions options);

  void write_command(BytesWriter& out) const final;
};

/// UDFs over pickled rows (eval type 100). Each input frame is a pickled list of rows, each row a
/// tuple that the argument offsets index. Each output frame is a pickled list of results: the bare
/// values of one function, or tuples with a value of each of several.
class PythonUdfRunner final : public BasePythonUdfRunner {
 public:
  PythonUdfRunner(WorkerFactories& factories, std::vector<ChainedPythonFunctions> functions,
                  std::vector<std::vector<Argument>> argument_offsets, RunnerOptions options = {});
};

/// What runners of UDTFs share.
class BasePythonUdtfRunner : public BasePythonRunner {
 protected:
  /// Throws Error as BasePythonRunner, when the eval type is not for UDTFs, or when the release
  /// cannot be told all that `function` says.
  BasePythonUdtfRunner(WorkerFactories& factories, PythonTableFunction function, EvalType eval_type,
                       RunnerOptions options);

  void write_command(BytesWriter& out) const final;

 private:
  const PythonTableFunction function_;
};

/// A UDTF over pickled rows (eval type 300). Each input frame is a pickled list of rows of
/// arguments. For each row, and at the end for the class's `terminate`, an output frame holds a
/// pickled list of one tuple of result rows.
class PythonUdtfRunner final : public BasePythonUdtfRunner {
 public:
  PythonUdtfRunner(WorkerFactories& factories, PythonTableFunction function,
                   RunnerOptions options = {});
};

}  // namespace py4cpp::runner
