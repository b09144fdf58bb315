// SPDX-License-Identifier: Apache-2.0
//
// A task that Apache Spark gave to a Python worker, as record_workers.py kept it, taken apart by a
// decoder that shares no code with the runner's encoder.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runner/eval_type.hpp"
#include "runner/python_function.hpp"
#include "runner/python_release.hpp"

namespace py4cpp::runner::test {

/// What the engine sent before the data. Maps have no order on the wire.
struct RecordedHeader {
  std::string python_version = {};
  TaskContext context = {};
  std::string files_directory = {};
  std::vector<std::string> includes = {};
  std::vector<std::int64_t> removed = {};
  std::vector<Broadcast> added = {};
  std::optional<LocalServer> broadcast_server = {};
  EvalType eval_type = EvalType::non_udf;
  std::map<std::string, std::string> runner_conf = {};
  std::map<std::string, std::string> eval_conf = {};
  std::string input_type_json = {};
  std::string profiler = {};
  Bytes command = {};                                  ///< of PayloadForm::command
  std::vector<ChainedPythonFunctions> functions = {};  ///< of PayloadForm::udfs
  std::vector<std::vector<Argument>> arguments = {};   ///< of PayloadForm::udfs
  PythonTableFunction table_function = {};             ///< of PayloadForm::udtf

  /// Bytes that the header takes.
  std::size_t size = 0;
  /// The header with its maps in the order of their keys: equal for equal headers.
  Bytes canonical = {};
};

/// Takes a header apart. Throws Error when it is none, or when its length is not what it says.
RecordedHeader decode_header(const PythonRelease& release, std::span<const std::byte> bytes);

struct Recording {
  std::string path;
  PythonRelease release;
  std::string name;  ///< of the job in worker_jobs.py
  Bytes input;
  Bytes answer;
  RecordedHeader header;

  /// False when the worker failed or stopped early: then it did not read all that was sent.
  bool complete() const;
  /// What was sent after the header, without the marks at its end, in a complete recording.
  std::span<const std::byte> data() const;
};

/// Throws Error when the file is no recording of that release.
Recording read_recording(const std::string& path, const PythonRelease& release);

/// All recordings under the folder, by release and name.
std::vector<Recording> read_recordings(const std::string& folder);

}  // namespace py4cpp::runner::test
