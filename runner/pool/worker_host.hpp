// SPDX-License-Identifier: Apache-2.0
//
// What all worker factories of an application share: its options, the control thread, and the
// folder for crash reports.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/process.hpp"
#include "base/temp_dir.hpp"
#include "runner/pool/control_thread.hpp"
#include "runner/pool/output_log.hpp"
#include "runner/pool/task_meter.hpp"
#include "runner/pool/task_names.hpp"
#include "runner/pool/task_watch.hpp"
#include "runner/worker_options.hpp"

namespace py4cpp::runner {

class WorkerHost {
 public:
  /// The stacks of some dozen threads.
  static constexpr std::size_t crash_report_bytes_max = std::size_t{64} << 10;

  explicit WorkerHost(WorkerOptions with);

  /// Starts a child that the kernel ends, by its death signal, when this process ends, and sooner
  /// than this process when memory is short.
  Process spawn(const ProcessOptions& process_options);

  /// Whether connections to workers are Unix sockets.
  bool unix_sockets() const {
    return options.unix_sockets && options.release.variant().unix_sockets;
  }

  /// A log for the output of one process, or of a daemon and its workers. `worker_pid` is the only
  /// process that writes to it, if there is but one.
  std::shared_ptr<OutputLog> make_output(pid_t worker_pid = 0);

  /// A private folder that a socket's path fits into. Throws Error.
  TempDir socket_dir() const;

  /// What Python's faulthandler wrote about a worker, mostly nothing, up to
  /// `crash_report_bytes_max`; the file is removed. Anything but a file in its place is no report.
  std::string take_crash_report(pid_t pid) const;

  void log(LogLevel level, std::string_view text) const {
    if (options.log) options.log(level, "WorkerFactory", text);
  }

  const WorkerOptions options;
  /// Empty unless the options ask for crash reports.
  const TempDir faulthandler_dir;
  TaskNames task_names;
  RunnerCounters counters;
  TaskWatch watch;
  /// Last: its thread uses what stands above, and ends first.
  ControlThread control;
};

}  // namespace py4cpp::runner
