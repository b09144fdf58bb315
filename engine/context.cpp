// SPDX-License-Identifier: Apache-2.0
//
// What a running engine is made of, and the order in which it is taken down: jobs, then Python
// processes, then files.
#include "engine/context.hpp"

#include <atomic>
#include <exception>
#include <numeric>
#include <utility>

#include "base/temp_dir.hpp"
#include "engine/broadcasts.hpp"
#include "engine/checkpoints.hpp"
#include "engine/files.hpp"
#include "engine/python_workers.hpp"
#include "engine/scheduler/scheduler.hpp"
#include "engine/storage/block_store.hpp"

namespace py4cpp::engine {
namespace fs = std::filesystem;
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::system_clock;

/// What the host wants, else the first folder of `spark.local.dir`, else the system's.
fs::path local_root(const fs::path& work_dir, const Conf& conf) {
  if (!work_dir.empty()) return work_dir;
  const auto setting = conf.find("spark.local.dir");
  if (!setting) return default_temp_root();
  fs::path root = setting->substr(0, setting->find(','));
  std::error_code error;
  fs::create_directories(root, error);
  if (error) throw Error("spark.local.dir: cannot make " + root.string() + ": " + error.message());
  return root;
}

Conf effective(Conf conf, system_clock::time_point start) {
  const auto ms = duration_cast<milliseconds>(start.time_since_epoch()).count();
  conf.set_if_missing("spark.master", default_settings().at("spark.master"));
  conf.set_if_missing("spark.app.name", default_settings().at("spark.app.name"));
  conf.set("spark.app.id", "local-" + std::to_string(ms));
  conf.set("spark.app.startTime", std::to_string(ms));
  conf.set("spark.executor.id", "driver");
  conf.set("spark.driver.host", "localhost");
  conf.validate();
  return conf;
}

SchedulerOptions scheduler_options(const Conf& conf) {
  const Master master = parse_master(conf.text("spark.master"));
  SchedulerOptions options;
  options.slots = master.slots;
  options.function_failures_max = master.failures_max.value_or(1);
  options.worker_failures_max =
      master.failures_max.value_or(static_cast<int>(conf.integer("spark.task.maxFailures")));
  options.losses_max = static_cast<int>(conf.integer("spark.stage.maxConsecutiveAttempts"));
  options.result_bytes_max = conf.size("spark.driver.maxResultSize");
  options.task_cpus = static_cast<int>(conf.integer("spark.task.cpus"));
  return options;
}

std::size_t count_setting(const Conf& conf, const char* key) {
  return static_cast<std::size_t>(conf.integer(key));
}

}  // namespace

class Context::Impl {
 public:
  Impl(Context& context, ContextOptions options)
      : start_time(system_clock::now()),
        conf(effective(std::move(options.conf), start_time)),
        log(std::move(options.log)),
        release(options.release),
        directory(local_root(options.work_dir, conf), "py4cpp-"),
        disk(make_folder("blocks")),
        status(count_setting(conf, "spark.ui.retainedJobs"),
               count_setting(conf, "spark.ui.retainedStages")),
        files(directory.path() / "userFiles", conf.boolean("spark.files.overwrite"),
              options.python),
        blocks(conf.size("spark.py4cpp.storage.memory"), disk),
        shuffle_memory(std::make_shared<MemoryBudget>(conf.size("spark.py4cpp.shuffle.memory"))),
        result_memory(std::make_shared<MemoryBudget>(conf.size("spark.py4cpp.result.memory"))),
        function_runner(std::move(options.function_runner)),
        scheduler(context, *shuffle_memory, scheduler_options(conf), status) {
    if (!function_runner) {
      workers = std::make_shared<PythonWorkers>(conf, release, directory.path(), files.root(), log);
      function_runner = workers;
    }
  }

  fs::path make_folder(const std::string& name) {
    fs::path path = directory.path() / name;
    std::error_code error;
    fs::create_directory(path, error);
    if (error) throw Error("cannot make " + path.string() + ": " + error.message());
    return path;
  }

  const system_clock::time_point start_time;
  const Conf conf;
  const Log log;
  const runner::PythonRelease release;
  TempDir directory;
  DiskSpace disk;
  StatusStore status;
  Broadcasts broadcasts;
  Files files;
  BlockStore blocks;
  const std::shared_ptr<MemoryBudget> shuffle_memory;
  const std::shared_ptr<MemoryBudget> result_memory;
  std::shared_ptr<PythonWorkers> workers;
  std::shared_ptr<FunctionRunner> function_runner;
  std::atomic<int> next_rdd_id = 0;
  std::atomic<int> next_shuffle_id = 0;
  std::atomic<int> next_temp_dir = 0;
  std::atomic<bool> stopped = false;
  std::atomic<bool> checkpoints_expected = false;

  std::mutex stop_mutex;         // held while the engine is taken down
  std::mutex accumulator_mutex;  // one call of the sink at a time; guards it
  std::shared_ptr<AccumulatorSink> accumulator_sink;
  std::mutex mutex;  // guards what follows
  std::optional<std::string> checkpoint_dir;
  std::vector<std::weak_ptr<Shuffle>> shuffles;

  Scheduler scheduler;  // last: its threads use all of the above
};

Context::Context(ContextOptions options)
    : impl_(std::make_unique<Impl>(*this, std::move(options))) {}

std::shared_ptr<Context> Context::start(ContextOptions options) {
  return std::shared_ptr<Context>(new Context(std::move(options)));
}

Context::~Context() { stop(); }

void Context::stop() {
  const std::lock_guard lock(impl_->stop_mutex);
  if (impl_->stopped.exchange(true)) return;
  impl_->scheduler.stop();
  if (impl_->workers) impl_->workers->stop();
  impl_->blocks.clear();
  {
    const std::lock_guard guard(impl_->mutex);
    for (const auto& weak : impl_->shuffles) {
      if (const auto shuffle = weak.lock()) shuffle->clear();
    }
    impl_->shuffles.clear();
  }
  impl_->directory.remove();
}

bool Context::stopped() const { return impl_->stopped; }

void Context::require_running() const {
  if (stopped()) throw ContextStopped("Cannot call methods on a stopped SparkContext.");
}

const Conf& Context::conf() const { return impl_->conf; }
const std::string& Context::application_id() const { return conf().all().at("spark.app.id"); }
system_clock::time_point Context::start_time() const { return impl_->start_time; }

std::size_t Context::slots() const { return parse_master(conf().text("spark.master")).slots; }

std::size_t Context::default_parallelism() const {
  if (!conf().contains("spark.default.parallelism")) return slots();
  return count_setting(conf(), "spark.default.parallelism");
}

std::size_t Context::default_min_partitions() const {
  return std::min<std::size_t>(default_parallelism(), 2);
}

void Context::run_plain_job(const std::shared_ptr<Rdd>& rdd,
                            const std::vector<std::size_t>& partitions,
                            const Properties& properties, const OnResult& on_result,
                            const TaskFunction& task) {
  require_running();
  impl_->scheduler.run(rdd, partitions, properties, on_result, task);
}

void Context::run_job(const std::shared_ptr<Rdd>& rdd, const std::vector<std::size_t>& partitions,
                      const Properties& properties, const OnResult& on_result,
                      const TaskFunction& task) {
  run_plain_job(rdd, partitions, properties, on_result, task);
  if (impl_->checkpoints_expected) Checkpoints::write_marked(rdd, properties);
}

std::vector<Block> Context::collect(const std::shared_ptr<Rdd>& rdd, const Properties& properties) {
  std::vector<std::size_t> partitions(rdd->partition_count());
  std::iota(partitions.begin(), partitions.end(), std::size_t{0});
  std::vector<Block> blocks(partitions.size());
  run_job(rdd, partitions, properties,
          [&](std::size_t index, Block block) { blocks[index] = std::move(block); });
  return blocks;
}

void Context::prewarm_workers(const std::string& python_executable,
                              const std::map<std::string, std::string>& environment,
                              std::size_t count) {
  require_running();
  if (!impl_->workers) return;
  impl_->scheduler.in_background([workers = impl_->workers, python_executable, environment, count] {
    try {
      workers->factories().get(python_executable, environment).prewarm(count);
    } catch (const std::exception&) {
      // The first task will meet the same failure and report it.
    }
  });
}

void Context::cancel_job(int job_id, const std::string& reason) {
  impl_->scheduler.cancel_job(job_id, reason);
}
void Context::cancel_job_group(const std::string& group) { impl_->scheduler.cancel_group(group); }
void Context::cancel_jobs_with_tag(const std::string& tag) {
  // The one text that the releases word differently.
  const char* words = impl_->release.major_version() < 4 ? "part of cancelled job tag "
                                                         : "part of cancelled job tags ";
  impl_->scheduler.cancel_tag(tag, words + tag);
}
void Context::cancel_stage(int stage_id, const std::string& reason) {
  impl_->scheduler.cancel_stage(stage_id, reason);
}
void Context::cancel_all_jobs() { impl_->scheduler.cancel_all(); }

StatusStore& Context::status() { return impl_->status; }
Broadcasts& Context::broadcasts() { return impl_->broadcasts; }
Files& Context::files() { return impl_->files; }
BlockStore& Context::blocks() { return impl_->blocks; }
FunctionRunner& Context::function_runner() { return *impl_->function_runner; }
MemoryBudget& Context::result_memory() { return *impl_->result_memory; }
DiskSpace& Context::disk() { return impl_->disk; }
const Log& Context::log() const { return impl_->log; }

const fs::path& Context::local_dir() const { return impl_->directory.path(); }

fs::path Context::make_temp_dir(const std::string& prefix) {
  require_running();
  return impl_->make_folder(prefix + "-" + std::to_string(impl_->next_temp_dir.fetch_add(1)));
}

void Context::set_checkpoint_dir(const std::string& directory) {
  const fs::path folder = TempDir(directory, "checkpoint-").release();
  const std::lock_guard lock(impl_->mutex);
  impl_->checkpoint_dir = folder.string();
}

std::optional<std::string> Context::checkpoint_dir() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->checkpoint_dir;
}

void Context::expect_checkpoints() { impl_->checkpoints_expected = true; }

void Context::set_accumulator_sink(std::shared_ptr<AccumulatorSink> sink) {
  const std::lock_guard lock(impl_->accumulator_mutex);
  impl_->accumulator_sink = std::move(sink);
}

void Context::add_accumulator_updates(std::vector<runner::Bytes> updates) {
  if (updates.empty()) return;
  const std::lock_guard lock(impl_->accumulator_mutex);
  if (!impl_->accumulator_sink) return;
  try {
    impl_->accumulator_sink->add(std::move(updates));
  } catch (const std::exception& e) {
    if (impl_->log) {
      impl_->log(LogLevel::error, "Context",
                 std::string("accumulator updates were lost: ") + e.what());
    }
  }
}

void Context::register_shuffle(const std::shared_ptr<Shuffle>& shuffle) {
  const std::lock_guard lock(impl_->mutex);
  std::erase_if(impl_->shuffles, [](const auto& weak) { return weak.expired(); });
  impl_->shuffles.push_back(shuffle);
}

int Context::next_rdd_id() { return impl_->next_rdd_id.fetch_add(1); }
int Context::next_shuffle_id() { return impl_->next_shuffle_id.fetch_add(1); }

}  // namespace py4cpp::engine
