// SPDX-License-Identifier: Apache-2.0
//
// A running `pyspark.daemon`: one Python process that forks a worker for every connection.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/process.hpp"
#include "runner/pool/worker.hpp"
#include "runner/pool/worker_host.hpp"

namespace py4cpp::runner {

/// Shared by the factory and by the workers that it forked: it ends when the last of them is gone.
/// `fork_worker` may be called from any thread.
class Daemon {
 public:
  /// Starts the process and waits for its first word. Throws Error when the interpreter cannot be
  /// started, WorkerFailed with its output when it says nothing or nonsense, and TaskCancelled when
  /// `cancel`, which may be null, is cancelled meanwhile. `host` outlives the daemon.
  Daemon(const std::string& python_executable, Environment environment, WorkerHost& host,
         const CancelToken* cancel);
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  /// Asks the process to end, which ends its workers, and kills what is left of its group.
  ~Daemon();

  /// A new worker, ready for a task. Throws Disconnected when the daemon does not answer,
  /// WorkerFailed when it could not fork, and TaskCancelled.
  std::unique_ptr<Worker> fork_worker(const CancelToken* cancel);

  /// The exit code of a daemon that ended, or is about to end, on its own account: it tells its
  /// workers to end with it. Empty while it serves, and when it was killed, which its workers
  /// outlive. Waits for the end of a daemon that is about to; any thread.
  std::optional<int> exit_code() const;

  pid_t pid() const { return process_.pid(); }
  /// 0 with a Unix socket.
  std::uint16_t port() const { return port_; }

  const std::shared_ptr<OutputLog>& output() const { return output_; }

 private:
  void start(const std::string& python_executable, Environment environment,
             const CancelToken* cancel);
  void read_address(Fd stdout_end, const TempDir& socket_dir, const CancelToken* cancel);
  void take_socket(const std::string& path);
  [[noreturn]] void fail_silent();
  [[noreturn]] void fail_garbled(std::string_view first, const Fd& stdout_end);
  bool told_its_workers() const;
  void authenticate(Worker& worker, const CancelToken* cancel) const;
  Fd connect(Deadline deadline) const;

  WorkerHost& host_;
  const std::string python_executable_;
  const std::string python_path_;  // for error texts
  const std::string secret_;       // empty with Unix sockets
  const std::shared_ptr<OutputLog> output_;
  Process process_;
  Fd stdin_end_;  // the daemon ends when this is closed
  std::uint16_t port_ = 0;
  Fd socket_file_;  // the listening socket's place, whose name is already removed
};

}  // namespace py4cpp::runner
