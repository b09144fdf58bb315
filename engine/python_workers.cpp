// SPDX-License-Identifier: Apache-2.0
//
// The settings of the conf, translated into the runner's options.
#include "engine/python_workers.hpp"

#include <cstdlib>
#include <utility>

#include "base/process.hpp"
#include "runner/python_runner.hpp"

namespace py4cpp::engine {
namespace {

runner::WorkerOptions worker_options(const Conf& conf, runner::PythonRelease release,
                                     const std::filesystem::path& local_dir, const Log& log) {
  runner::WorkerOptions options;
  options.release = release;
  options.use_daemon = conf.boolean("spark.python.use.daemon");
  options.reuse = conf.boolean("spark.python.worker.reuse");
  options.unix_sockets = conf.boolean("spark.python.unix.domain.socket.enabled");
  options.daemon_module = conf.text("spark.python.daemon.module");
  options.worker_module = conf.text("spark.python.worker.module");
  for (const auto& [key, value] : conf.all()) {
    constexpr std::string_view prefix = "spark.executorEnv.";
    if (key.starts_with(prefix)) options.environment.emplace(key.substr(prefix.size()), value);
  }
  options.local_dirs = {local_dir.string()};
  options.buffer_bytes = conf.size("spark.buffer.size");
  options.omp_threads = static_cast<int>(conf.integer(
      conf.contains("spark.executor.cores") ? "spark.executor.cores" : "spark.task.cpus"));
  if (conf.contains("spark.executor.pyspark.memory")) {
    const auto bytes = conf.size("spark.executor.pyspark.memory", SizeUnit::mib);
    options.memory_mb = static_cast<int>(bytes >> 20);
  }
  options.idle_workers_max =
      static_cast<std::size_t>(conf.integer("spark.python.factory.idleWorkerMaxPoolSize"));
  options.cancel_kill_ms_max =
      conf.duration("spark.python.task.killTimeout", TimeUnit::millisecond);
  options.task_idle_ms_max =
      conf.duration("spark.python.worker.idleTimeoutSeconds", TimeUnit::second);
  options.kill_on_task_idle = conf.boolean("spark.python.worker.killOnIdleTimeout");
  options.faulthandler = conf.boolean("spark.python.worker.faulthandler.enabled");
  options.traceback_dump_s = std::chrono::duration_cast<std::chrono::seconds>(
      conf.duration("spark.python.worker.tracebackDumpIntervalSeconds", TimeUnit::second));
  // As on Spark, a record may have any size that a frame can have.
  options.task_bytes_max = 0x7fffffff;
  options.log = log;
  return options;
}

bool is_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  return !find_executable(name, path ? path : "").empty();
}

/// A worker's output; at its end the task gets the accumulator updates.
class TaskOutput final : public runner::ByteSource {
 public:
  TaskOutput(std::unique_ptr<runner::PythonTask> output, TaskRun& task)
      : output_(std::move(output)), task_(task) {}

  std::span<const std::byte> next() override {
    if (ended_) return {};
    const auto frames = output_->next();
    if (frames.empty()) {
      ended_ = true;
      task_.add_accumulator_updates(output_->accumulator_updates());
    }
    return frames;
  }

 private:
  std::unique_ptr<runner::PythonTask> output_;
  TaskRun& task_;
  bool ended_ = false;
};

}  // namespace

PythonWorkers::PythonWorkers(const Conf& conf, runner::PythonRelease release,
                             const std::filesystem::path& local_dir,
                             std::filesystem::path files_dir, const Log& log)
    : files_dir_(std::move(files_dir)),
      factories_(std::make_unique<runner::WorkerFactories>(
          worker_options(conf, release, local_dir, log))) {}

std::unique_ptr<runner::ByteSource> PythonWorkers::run(const runner::PythonFunction& function,
                                                       std::size_t partition,
                                                       std::unique_ptr<runner::ByteSource> input,
                                                       TaskRun& task) {
  const runner::PythonRunner runner(*factories_, function,
                                    {.files_directory = files_dir_.string()});
  runner::TaskContext identity = task.identity();
  identity.split_index = static_cast<int>(partition);
  try {
    return std::make_unique<TaskOutput>(
        runner.compute(std::move(input), identity, task.cancel_token()), task);
  } catch (const WorkerFailed&) {
    throw;
  } catch (const Error& error) {
    if (is_program(function.python_executable)) throw;
    throw Error(std::string(error.what()) + "; correct PYSPARK_PYTHON or spark.pyspark.python");
  }
}

void PythonWorkers::stop() { factories_.reset(); }

}  // namespace py4cpp::engine
