// SPDX-License-Identifier: Apache-2.0
//
// The part of a task before its data, in the form that each PySpark release reads. Encoding only,
// no I/O. PROTOCOL.md, "The task header", has the bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runner/eval_type.hpp"
#include "runner/python_function.hpp"
#include "runner/python_release.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {

/// How the broadcasts that a worker holds are brought in line with what a task needs.
struct BroadcastChange {
  std::vector<std::int64_t> removed = {};
  std::vector<std::shared_ptr<const Broadcast>> added = {};
  /// Who gives the worker what is added; without one it reads the files itself.
  std::optional<LocalServer> server = {};
};

/// Everything the header is made of. Refers to values that outlive the encoding.
struct TaskHeader {
  const TaskContext& context;
  std::string_view python_version;
  std::string_view files_directory;
  const std::vector<std::string>& includes;
  const BroadcastChange& broadcasts;
  EvalType eval_type;
  const std::map<std::string, std::string>& runner_conf;
  const std::map<std::string, std::string>& eval_conf;
  /// Writes what depends on the kind of function.
  std::function<void(BytesWriter&)> write_command;
};

/// Appends the header. Throws Error when a server is on a Unix socket and the release knows none.
void write_task_header(const WireVariant& variant, const TaskHeader& header, Bytes& out);

}  // namespace py4cpp::runner
