// SPDX-License-Identifier: Apache-2.0
//
// Runs Python functions in the runner's workers, as the conf asks for them.
#pragma once

#include <filesystem>
#include <memory>

#include "base/log.hpp"
#include "engine/conf.hpp"
#include "engine/task_run.hpp"
#include "runner/python_release.hpp"
#include "runner/worker_factories.hpp"

namespace py4cpp::engine {

/// Any thread. Starts no process before the first task.
class PythonWorkers final : public FunctionRunner {
 public:
  /// Sockets and spills go below `local_dir`; functions find their files in `files_dir`.
  PythonWorkers(const Conf& conf, runner::PythonRelease release,
                const std::filesystem::path& local_dir, std::filesystem::path files_dir,
                const Log& log);

  std::unique_ptr<runner::ByteSource> run(const runner::PythonFunction& function,
                                          std::size_t partition,
                                          std::unique_ptr<runner::ByteSource> input,
                                          TaskRun& task) override;

  /// Starts workers ahead of the first task; see WorkerFactory::prewarm.
  runner::WorkerFactories& factories() { return *factories_; }

  /// Ends all workers and daemons and waits for them. No task may run.
  void stop();

 private:
  const std::filesystem::path files_dir_;
  std::unique_ptr<runner::WorkerFactories> factories_;
};

}  // namespace py4cpp::engine
