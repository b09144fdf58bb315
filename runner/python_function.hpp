// SPDX-License-Identifier: Apache-2.0
//
// What a driver sends to be run in a Python worker, and the task it is run for. Plain values that
// many tasks share; the runner never looks into the pickled bytes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "byte_source.hpp"

namespace py4cpp::runner {

/// A broadcast variable: a file that holds one pickle. The file must outlive every task that may
/// read it (workers read it at the first use of the value).
struct Broadcast {
  std::int64_t id = 0;
  std::string path = {};
};

/// A server of the engine that a worker connects to: the barrier of a barrier task, or the one that
/// decrypts broadcasts.
struct LocalServer {
  int port = -1;            ///< loopback port, or -1
  std::string path = {};    ///< Unix socket, used when not empty (from 4.1 on)
  std::string secret = {};  ///< for the port
};

/// Where a barrier task finds its barrier server.
using BarrierServer = LocalServer;

/// Serves broadcasts whose files a worker cannot read itself, because they are encrypted.
class BroadcastServer {
 public:
  BroadcastServer() = default;
  BroadcastServer(const BroadcastServer&) = delete;
  BroadcastServer& operator=(const BroadcastServer&) = delete;
  virtual ~BroadcastServer() = default;

  /// Where one worker can get these broadcasts, once and in this order. Called from any thread,
  /// for each task that needs broadcasts its worker does not hold. Throws Error when there is no
  /// such place, which fails the task.
  virtual LocalServer offer(const std::vector<std::shared_ptr<const Broadcast>>& broadcasts) = 0;
};

/// A Python function with everything a worker needs to run it.
struct PythonFunction {
  std::shared_ptr<const Bytes> command = {};            ///< pickled by the driver; opaque
  std::map<std::string, std::string> environment = {};  ///< for the worker; part of the pool's key
  std::vector<std::string> includes = {};  ///< zip, egg and py names in the files directory
  std::string python_executable = "python3";
  std::string python_version = {};  ///< the driver's "3.11"; workers refuse any other
  std::vector<std::shared_ptr<const Broadcast>> broadcasts = {};
};

/// Functions that are applied one after the other, innermost first. Tasks of RDDs have one. All
/// functions of a runner share one interpreter and environment.
struct ChainedPythonFunctions {
  std::vector<PythonFunction> functions = {};
  /// What the worker files the chain's profile under.
  std::int64_t result_id = 0;
};

/// Where a function's argument comes from. An int is a positional one.
struct Argument {
  Argument(int column) : offset(column) {}
  Argument(int column, std::string argument_name)
      : offset(column), name(std::move(argument_name)) {}

  int offset = 0;         ///< column of the input
  std::string name = {};  ///< keyword, for eval types and releases that read it; else empty
};

/// A table function (UDTF): a class whose `eval` yields rows for each row of its arguments.
struct PythonTableFunction {
  PythonFunction handler = {};           ///< its command is the pickled class
  std::vector<Argument> arguments = {};  ///< of `eval`
  std::string return_type_json = {};     ///< the JSON of the StructType of a row
  std::string name = {};                 ///< for the texts of errors (from 4.0 on)
  /// Columns of a table argument that PARTITION BY names (from 4.0 on).
  std::vector<int> partition_child_indexes = {};
  /// The pickled result of the class's `analyze`, null if it has none (from 4.0 on).
  std::shared_ptr<const Bytes> analyze_result = {};
  /// Which arguments are whole tables, for sql_arrow_udtf.
  std::vector<int> table_argument_offsets = {};
};

/// A resource (a GPU) that a task was given.
struct TaskResource {
  std::string name = {};
  std::vector<std::string> addresses = {};
};

/// The task that a function runs in, as `pyspark.TaskContext` shows it.
struct TaskContext {
  int stage_id = 0;
  int partition_id = 0;
  /// The partition that the function is given, where it is not the task's own: one task computes
  /// several partitions of a coalesced RDD, and a union numbers those of its parents anew.
  std::optional<int> split_index = {};
  int attempt_number = 0;
  std::int64_t task_attempt_id = 0;
  int cpus = 1;
  std::string cpu_amount = {};  ///< decimal text (from 4.3 on); `cpus` when empty
  std::map<std::string, TaskResource> resources = {};
  std::map<std::string, std::string> local_properties = {};
  bool barrier = false;
  BarrierServer barrier_server = {};
};

}  // namespace py4cpp::runner
