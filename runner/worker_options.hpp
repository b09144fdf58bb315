// SPDX-License-Identifier: Apache-2.0
//
// How Python workers are started, kept and bounded. One set of options serves one application.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "python_release.hpp"

namespace py4cpp::runner {

/// Gets each line (without its end) that a process writes. Called from one thread, which no task
/// waits for; must not block for long and must not throw.
using LineSink = std::function<void(std::string_view line)>;

/// A line that a daemon or a worker wrote to stdout or stderr, and what is known of its origin. The
/// workers of a daemon write to the same pipes: their plain lines come without one.
struct OutputLine {
  std::string_view text;
  /// The worker; 0 where it is not known.
  pid_t worker_pid = 0;
  /// The task that the worker was serving; empty where it is not known.
  std::optional<std::int64_t> task_attempt_id = {};
  /// `text` is a JSON object of the worker's logging (see WorkerOptions::session_id).
  bool is_record = false;
};

/// Gets each OutputLine, as a LineSink gets lines. The text is valid during the call only.
using OutputSink = std::function<void(const OutputLine& line)>;

struct WorkerOptions {
  /// The PySpark that the interpreters import, which probe_python tells. When a daemon starts, or
  /// the first worker without one, its interpreter is asked; another release is an Error.
  PythonRelease release = {};
  /// It is the package pyspark-client, whose workers know neither broadcasts nor SparkFiles:
  /// functions with broadcasts are refused. probe_python finds out.
  bool client_package = false;

  /// Fork workers from one daemon per interpreter and environment (spark.python.use.daemon); else
  /// each task starts a worker of its own, which takes some 300 ms.
  bool use_daemon = true;
  /// Give a worker further tasks after a clean end (spark.python.worker.reuse).
  bool reuse = true;
  /// Unix sockets where the release has them; TCP with a secret elsewhere.
  bool unix_sockets = true;
  /// spark.python.daemon.module and spark.python.worker.module. The latter is for simple workers:
  /// pyspark.daemon takes only one whose name begins with pyspark, and before 4.0 none.
  std::string daemon_module = "pyspark.daemon";
  std::string worker_module = "pyspark.worker";
  /// Added to the environment of every worker; a function's own environment wins.
  std::map<std::string, std::string> environment = {};

  /// SPARK_LOCAL_DIRS: where workers spill. The system's temporary folder when empty.
  std::vector<std::string> local_dirs = {};
  /// Where the folder for Unix sockets is made; the system's temporary folder when empty. A socket
  /// path has room for 107 bytes.
  std::string socket_root = {};
  /// SPARK_BUFFER_SIZE: the worker's own input and output buffers (spark.buffer.size).
  std::size_t buffer_bytes = 65536;
  /// OMP_NUM_THREADS unless the environment sets it (spark.executor.cores or spark.task.cpus).
  int omp_threads = 1;
  /// PYSPARK_EXECUTOR_MEMORY_MB: address space bound per worker (spark.executor.pyspark.memory).
  std::optional<int> memory_mb = {};
  /// How much rather the kernel ends a worker than this process when memory is short: added to this
  /// process's oom_score_adj, which goes from -1000 to 1000.
  int oom_score_more = 300;
  /// When not empty, PYSPARK_SPARK_SESSION_UUID: what functions print or log then also comes as
  /// records of JSON, which name their worker (from 4.1 on; pyspark.worker.logging.enabled).
  std::string session_id = {};
  /// SPARK_JOB_ARTIFACT_UUID.
  std::string job_artifact_uuid = "default";

  /// Factories: pairs of an interpreter and a map of environment variables, which each have a
  /// daemon of their own. More is Overloaded.
  std::size_t factories_max = 256;
  /// Workers alive at the same time in one factory; more is Overloaded.
  std::size_t workers_max = 1024;
  /// Idle workers kept by one factory; the oldest goes
  /// (spark.python.factory.idleWorkerMaxPoolSize).
  std::size_t idle_workers_max = 128;
  /// A worker that was idle for this long is closed.
  std::chrono::milliseconds idle_ms_max{60'000};
  /// From the start of a daemon or a simple worker to its first word.
  std::chrono::milliseconds start_ms_max{60'000};
  /// From a connection to the daemon to the new worker's word.
  std::chrono::milliseconds connect_ms_max{15'000};
  /// How long a daemon or worker may take to end politely before it is killed.
  std::chrono::milliseconds stop_ms_max{2'000};

  /// A task whose worker neither reads nor writes for this long is reported by a WARN; 0 is never
  /// (spark.python.worker.idleTimeoutSeconds).
  std::chrono::milliseconds task_idle_ms_max{0};
  /// ... and is killed and fails (spark.python.worker.killOnIdleTimeout).
  bool kill_on_task_idle = false;
  /// Collect the Python stack of a worker that crashes, or that is killed because it is stuck, for
  /// the error's text (spark.python.worker.faulthandler.enabled).
  bool faulthandler = false;
  /// Workers print all stacks to stderr this often while a task runs; 0 is never (from 4.1 on).
  std::chrono::seconds traceback_dump_s{0};

  /// A task whose worker was leased longer ago than this fails, and the worker is killed, also when
  /// nobody reads the task; 0 is never.
  std::chrono::milliseconds task_ms_max{0};
  /// The worker of a cancelled task is killed after this time when nobody has read the task since
  /// (spark.python.task.killTimeout); whoever reads it kills the worker at once.
  std::chrono::milliseconds cancel_kill_ms_max{2'000};

  /// The most that one frame or batch of a worker's answer may take, also when it is unpacked, and
  /// all updates of accumulators together; and a group that is put together into one batch, as
  /// releases before 4.1 want it. More is Overloaded. 0x7fffffff is the most that workers can send.
  ///
  /// A task holds no more: of its output one frame or batch, or 256 KB (1 MB with Arrow data) where
  /// that is more; of its input what its source gave last, and 80 KB of small runs.
  std::size_t task_bytes_max = std::size_t{64} << 20;
  /// Accumulators that one task may update.
  std::size_t accumulators_max = 1'000'000;

  /// The last lines of a daemon's and its workers' output that an error can show, and the length
  /// at which a line without an end is cut.
  std::size_t output_lines_max = 50;
  std::size_t output_line_bytes_max = 65536;
  /// The same for records of the workers' logging; a longer one comes in pieces, as plain lines.
  std::size_t output_record_bytes_max = std::size_t{1} << 20;
  /// Where output lines go; this process's stderr when empty.
  OutputSink output = {};
  Log log = {};
};

}  // namespace py4cpp::runner
