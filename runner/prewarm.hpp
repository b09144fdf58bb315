// SPDX-License-Identifier: Apache-2.0
//
// Workers that are ready before they are needed, with modules imported: the first task that needs
// pandas does not pay for importing it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "python_function.hpp"
#include "python_runner.hpp"
#include "worker_factories.hpp"

namespace py4cpp::runner {

/// What pyspark's worker imports for the first task with Arrow or pandas data.
std::vector<std::string> arrow_modules();

struct PrewarmOptions {
  std::size_t workers = 1;
  /// Imported in each worker, in this order. One that is not installed is passed over, and so is
  /// one whose name is misspelt.
  std::vector<std::string> modules = arrow_modules();
  /// The includes of the function lie here.
  std::string files_directory = "/tmp";
};

/// Makes workers for functions with this one's interpreter, environment and includes (its command
/// is not used), each by a small task that imports the modules; they do so side by side. Returns
/// when all of them are idle. Throws as BasePythonRunner::compute and PythonTask::next; a module
/// that raises while it is imported is a PythonError. Throws Error when the workers would not stay:
/// without `reuse` or `use_daemon`, or when they are more than `idle_workers_max`.
void prewarm(WorkerFactories& factories, const PythonFunction& function,
             const PrewarmOptions& options = {},
             const std::shared_ptr<const CancelToken>& cancel = {});

/// The command of that task, for RDD data: takes nothing, imports, and answers nothing.
Bytes warm_up_command(const std::vector<std::string>& modules);

}  // namespace py4cpp::runner
