// SPDX-License-Identifier: Apache-2.0
//
// Start here: a Context is a running engine. Make one, build a lineage of nodes (engine/nodes), run
// jobs on it, stop it. Another may be made afterwards, or at the same time.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "engine/conf.hpp"
#include "engine/job_errors.hpp"
#include "engine/storage/block.hpp"
#include "engine/task_run.hpp"
#include "runner/python_release.hpp"

namespace py4cpp::runner {
class WorkerFactories;
}

namespace py4cpp::engine {

class BlockStore;
class Broadcasts;
class Files;
class Rdd;
class Shuffle;
class StatusStore;

/// A job's local properties; tasks carry them. The engine reads `spark.jobGroup.id`,
/// `spark.job.tags` (commas between them) and `callSite.short` (the name of its stages).
using Properties = std::map<std::string, std::string>;

/// Gets each partition's result on the thread that runs the job, in the order in which tasks end.
/// `index` is the place in the job's list of partitions. What it throws cancels the job and leaves
/// `run_job`.
using OnResult = std::function<void(std::size_t index, Block result)>;

struct ContextOptions {
  /// `spark.master` ("local[*]" when missing), `spark.app.name`, `spark.local.dir`...
  Conf conf = {};
  /// Where temporary files go, in a folder of their own. Empty: where `spark.local.dir` says.
  std::filesystem::path work_dir = {};
  /// The Python that unpacks archives.
  std::string python = "python3";
  /// The PySpark that workers import.
  runner::PythonRelease release = {};
  Log log = {};
  /// Takes the place of Python workers; for tests.
  std::shared_ptr<FunctionRunner> function_runner = {};
};

/// All functions may be called from any thread. Nodes keep their context alive; a stopped one holds
/// no threads, processes, files and blocks.
class Context : public std::enable_shared_from_this<Context> {
 public:
  /// Starts an engine: checks the conf and makes the temporary folder. Throws BadSetting, and Error
  /// that names the folder when it cannot be made.
  static std::shared_ptr<Context> start(ContextOptions options);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  /// Cancels all jobs, ends workers and daemons, removes temporary folders. Waits for all of it;
  /// does nothing the second time.
  void stop();
  bool stopped() const;

  /// The settings in effect, `spark.app.id` and the like included.
  const Conf& conf() const;
  const std::string& application_id() const;
  std::chrono::system_clock::time_point start_time() const;
  /// The number of task slots, and `spark.default.parallelism`, which is the same unless set.
  std::size_t slots() const;
  std::size_t default_parallelism() const;
  /// `sc.defaultMinPartitions`: the parallelism, but 2 at most.
  std::size_t default_min_partitions() const;

  /// Runs `task` (collects, when it is empty) on the given partitions and returns when all are
  /// done. Throws JobFailed, JobCancelled, ContextStopped, BadArgument for a partition that is not
  /// there, and what the lineage throws when it counts its partitions.
  void run_job(const std::shared_ptr<Rdd>& rdd, const std::vector<std::size_t>& partitions,
               const Properties& properties, const OnResult& on_result,
               const TaskFunction& task = {});
  /// The blocks of all partitions, in order.
  std::vector<Block> collect(const std::shared_ptr<Rdd>& rdd, const Properties& properties);

  /// Starts Python workers in the background, so that the first tasks find them ready. The
  /// arguments are those of the functions to come. Failures are left for the first task to report.
  void prewarm_workers(const std::string& python_executable,
                       const std::map<std::string, std::string>& environment, std::size_t count);

  /// Cancel running jobs. Their `run_job` throws JobCancelled once their tasks have ended.
  void cancel_job(int job_id, const std::string& reason = {});
  void cancel_job_group(const std::string& group);
  void cancel_jobs_with_tag(const std::string& tag);
  void cancel_stage(int stage_id, const std::string& reason = {});
  void cancel_all_jobs();

  StatusStore& status();
  Broadcasts& broadcasts();
  Files& files();
  BlockStore& blocks();
  /// Takes part of `stop`: frees the shuffle's outputs.
  void register_shuffle(const std::shared_ptr<Shuffle>& shuffle);
  int next_shuffle_id();
  FunctionRunner& function_runner();
  /// The budget of results that wait to be fetched.
  MemoryBudget& result_memory();
  DiskSpace& disk();
  const Log& log() const;

  /// The folder of all temporary files; gone after `stop`.
  const std::filesystem::path& local_dir() const;
  /// A new folder below it, as `Utils.createTempDir` makes them.
  std::filesystem::path make_temp_dir(const std::string& prefix);

  /// Where `checkpoint` writes: a new folder below `directory`. Throws Error that names it.
  void set_checkpoint_dir(const std::string& directory);
  std::optional<std::string> checkpoint_dir() const;

  /// Where accumulator updates go; none are kept when it is null.
  void set_accumulator_sink(std::shared_ptr<AccumulatorSink> sink);
  /// Hands updates to the sink. The scheduler's side.
  void add_accumulator_updates(std::vector<runner::Bytes> updates);

  /// Numbers for new nodes.
  int next_rdd_id();
  /// Throws ContextStopped after `stop`.
  void require_running() const;

 private:
  friend class Checkpoints;
  friend class Rdd;
  /// A job that does not look for checkpoints to write.
  void run_plain_job(const std::shared_ptr<Rdd>& rdd, const std::vector<std::size_t>& partitions,
                     const Properties& properties, const OnResult& on_result,
                     const TaskFunction& task);
  /// Some node asked for a checkpoint: from now on jobs look for them.
  void expect_checkpoints();

  explicit Context(ContextOptions options);
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace py4cpp::engine
