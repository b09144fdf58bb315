// SPDX-License-Identifier: Apache-2.0
//
// Which Python runs what: the driver's interpreter by Spark's chain of names, and the one of the
// workers, which is the driver's own unless the user says otherwise.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>

#include "base/process.hpp"

namespace py4cpp::launcher {

struct Interpreters {
  /// Absolute path of an executable file, links not followed (so that a venv is recognised).
  std::string driver;
  /// What PYSPARK_PYTHON is set to: absolute as well, unless the user named it.
  std::string workers;
};

/// The chain: spark.pyspark.driver.python, spark.pyspark.python, PYSPARK_DRIVER_PYTHON,
/// PYSPARK_PYTHON, `python`, `python3`. Throws Error that says which name was not found and where
/// it came from.
Interpreters find_interpreters(const std::map<std::string, std::string>& conf,
                               const Environment& environment);

/// The Python program that runs as process `pid`, as its user started it; empty when that process
/// is no Python. Used for a driver that started us.
std::string interpreter_of(pid_t pid);

/// A path of `/proc/<pid>/cmdline`, `exe` and PATH put together; see interpreter_of.
struct ProcessFacts {
  std::string first_argument;
  std::string executable;  // Links followed, as the kernel tells it.
  std::string path;
  std::string working_directory;
};
std::string interpreter_from(const ProcessFacts& facts);

/// Sets what our children shall find in their environment: PYTHONHASHSEED (0 unless set, so that
/// hashes of strings agree between driver and workers). Call it before any thread is started.
void prepare_own_environment();

}  // namespace py4cpp::launcher
