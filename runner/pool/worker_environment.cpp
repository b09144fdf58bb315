// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/worker_environment.hpp"

#include <algorithm>
#include <vector>

#include "base/temp_dir.hpp"

namespace py4cpp::runner {
namespace {

// Variables of another daemon's handshake, and switches that only the options may set. They must
// not leak from this process into its workers.
constexpr const char* never_inherited[] = {"PYTHON_WORKER_FACTORY_PORT",
                                           "PYTHON_WORKER_FACTORY_SECRET",
                                           "PYTHON_WORKER_FACTORY_SOCK_DIR",
                                           "PYTHON_WORKER_FACTORY_SOCK_PATH",
                                           "PYTHON_UNIX_DOMAIN_ENABLED",
                                           "SPARK_REUSE_WORKER",
                                           "PYSPARK_EXECUTOR_MEMORY_MB",
                                           "PYSPARK_SPARK_SESSION_UUID",
                                           "PYTHON_FAULTHANDLER_DIR",
                                           "PYTHON_TRACEBACK_DUMP_INTERVAL_SECONDS",
                                           "SPARK_PIPELINED_UDF",
                                           "SPARK_PIPELINED_UDF_QUEUE_DEPTH",
                                           "SPARK_PREFER_IPV6",
                                           "OMP_NUM_THREADS"};

std::string value_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

// Joins path lists, each entry once, at its first place.
std::string join_paths(std::initializer_list<std::string> lists) {
  std::vector<std::string> entries;
  for (const std::string& list : lists) {
    for (std::size_t begin = 0; begin < list.size();) {
      const std::size_t end = std::min(list.find(':', begin), list.size());
      std::string entry = list.substr(begin, end - begin);
      begin = end + 1;
      if (entry.empty() || std::find(entries.begin(), entries.end(), entry) != entries.end()) {
        continue;
      }
      entries.push_back(std::move(entry));
    }
  }
  std::string joined;
  for (const std::string& entry : entries) joined += (joined.empty() ? "" : ":") + entry;
  return joined;
}

std::string local_dirs(const WorkerOptions& options) {
  std::string joined;
  for (const std::string& dir : options.local_dirs) joined += (joined.empty() ? "" : ",") + dir;
  return joined.empty() ? default_temp_root().string() : joined;
}

void set_switches(const WorkerOptions& options, Environment& environment) {
  if (options.reuse && options.use_daemon) environment["SPARK_REUSE_WORKER"] = "1";
  if (options.memory_mb) {
    environment["PYSPARK_EXECUTOR_MEMORY_MB"] = std::to_string(*options.memory_mb);
  }
  if (!options.session_id.empty()) environment["PYSPARK_SPARK_SESSION_UUID"] = options.session_id;
  if (options.traceback_dump_s.count() > 0) {
    environment["PYTHON_TRACEBACK_DUMP_INTERVAL_SECONDS"] =
        std::to_string(options.traceback_dump_s.count());
  }
}

}  // namespace

Environment worker_environment(const WorkerOptions& options,
                               const Environment& function_environment, Environment inherited,
                               const std::string& faulthandler_dir) {
  const std::string python_path =
      join_paths({value_of(function_environment, "PYTHONPATH"),
                  value_of(options.environment, "PYTHONPATH"), value_of(inherited, "PYTHONPATH")});
  Environment environment = std::move(inherited);
  for (const char* name : never_inherited) environment.erase(name);
  for (const auto& [name, value] : options.environment) environment[name] = value;
  for (const auto& [name, value] : function_environment) environment[name] = value;
  if (!python_path.empty()) environment["PYTHONPATH"] = python_path;
  // Strings must have the same hash in every worker, or a shuffle scatters equal keys.
  environment.try_emplace("PYTHONHASHSEED", "0");
  environment.try_emplace("OMP_NUM_THREADS", std::to_string(options.omp_threads));
  environment.try_emplace("SPARK_JOB_ARTIFACT_UUID", options.job_artifact_uuid);
  environment["PYTHONUNBUFFERED"] = "YES";
  environment["SPARK_LOCAL_DIRS"] = local_dirs(options);
  environment["SPARK_BUFFER_SIZE"] = std::to_string(options.buffer_bytes);
  environment["SPARK_AUTH_SOCKET_TIMEOUT"] = "15";
  environment["PYTHON_UDF_BATCH_SIZE"] = "100";
  environment["SPARK_PYTHON_RUNTIME"] = "PYTHON_WORKER";
  environment["PYTHON_DAEMON_KILL_WORKER_ON_FLUSH_FAILURE"] = "1";
  if (!faulthandler_dir.empty()) environment["PYTHON_FAULTHANDLER_DIR"] = faulthandler_dir;
  set_switches(options, environment);
  return environment;
}

}  // namespace py4cpp::runner
