// SPDX-License-Identifier: Apache-2.0
//
// What all worker factories of an application share: its options, the control thread, and the
// folder for crash reports.
#pragma once

#include <string>

#include "base/process.hpp"
#include "base/temp_dir.hpp"
#include "runner/pool/control_thread.hpp"
#include "runner/worker_options.hpp"

namespace py4cpp::runner {

class WorkerHost {
 public:
  explicit WorkerHost(WorkerOptions with);

  /// Starts a child that the kernel ends, by its death signal, when this process ends.
  Process spawn(const ProcessOptions& process_options);

  /// Whether connections to workers are Unix sockets.
  bool unix_sockets() const {
    return options.unix_sockets && options.release.variant().unix_sockets;
  }

  /// A private folder that a socket's path fits into. Throws Error.
  TempDir socket_dir() const;

  /// What Python's faulthandler wrote about a worker, mostly nothing; the file is removed.
  std::string take_crash_report(pid_t pid) const;

  void log(LogLevel level, std::string_view text) const {
    if (options.log) options.log(level, "WorkerFactory", text);
  }

  const WorkerOptions options;
  /// Empty unless the options ask for crash reports.
  const TempDir faulthandler_dir;
  ControlThread control;
};

}  // namespace py4cpp::runner
