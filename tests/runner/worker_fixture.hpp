// SPDX-License-Identifier: Apache-2.0
//
// The vocabulary of the tests against real pyspark workers: functions by name, frames from texts.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/temp_dir.hpp"
#include "leftovers.hpp"
#include "runner/python_runner.hpp"

namespace py4cpp::runner::test {

/// One Python environment with a release of pyspark.
struct Interpreter {
  PythonRelease release;
  std::string python;
  std::string python_version;
  bool client_package = false;  ///< it has no broadcasts and no SparkFiles
};

/// Those that PY4CPP_ENV_43, _42, _41, _40 and _35 name, in this order. Throws Error when none
/// does.
const std::vector<Interpreter>& interpreters();

/// Frames of these texts, and the texts of frames.
Bytes frames(const std::vector<std::string>& texts);
std::vector<std::string> texts(std::span<const std::byte> frames);

std::unique_ptr<ByteSource> source(const std::vector<std::string>& texts);

/// Pulls everything.
std::vector<std::string> read_all(ByteSource& source);

/// This process's memory.
std::size_t resident_mb();

/// Collects log texts and output lines of any thread.
class Recorder {
 public:
  Log log();
  OutputSink sink();
  std::string text() const;

 private:
  struct Shared {
    std::mutex mutex;
    std::string text;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

/// Workers of one environment with some options, and functions by their names in make_functions.py.
/// At the end it checks that no process and no descriptor stayed behind.
class Workers {
 public:
  explicit Workers(const Interpreter& interpreter, WorkerOptions options = {});

  PythonFunction function(const std::string& name) const;
  std::string folder() const { return folder_; }

  std::unique_ptr<PythonTask> start(const std::string& name, const std::vector<std::string>& input,
                                    std::shared_ptr<const CancelToken> cancel = {});
  std::vector<std::string> run(const std::string& name, const std::vector<std::string>& input);

  WorkerStats stats() const { return factories_->stats(); }
  WorkerFactories& factories() { return *factories_; }
  /// Log and output so far.
  std::string said() const { return recorder_.text(); }

 private:
  Interpreter interpreter_;
  std::string folder_;
  Recorder recorder_;
  NothingIsLeft nothing_is_left_;  // looks when the factories are gone
  std::unique_ptr<WorkerFactories> factories_;
};

}  // namespace py4cpp::runner::test
