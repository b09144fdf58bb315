// SPDX-License-Identifier: Apache-2.0
//
// A child process with one owner: started with exactly the descriptors, environment and place it is
// given, and never left behind. A child that cannot be started is an Error for the caller, not a
// child that exits with 127.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fd.hpp"

namespace py4cpp {

/// Environment variables by name.
using Environment = std::map<std::string, std::string>;

/// A copy of this process's environment.
Environment current_environment();

/// How a process ended: by `exit(code)` or by a signal. Nobody can tell when this process ignores
/// SIGCHLD, as it may have inherited, or when another part of it waits for any child.
class ExitStatus {
 public:
  /// Takes the status word of `waitpid`.
  explicit ExitStatus(int wait_status) : wait_status_(wait_status) {}
  /// Of a process that has ended, which is all that is known.
  static ExitStatus unknown() { return {}; }

  bool known() const { return wait_status_.has_value(); }
  /// It is known, and 0.
  bool success() const { return wait_status_ == 0; }

  /// The code a shell would show: the exit code, 128 + n after signal n, or 127 when it is unknown.
  int shell_code() const;

  /// The signal that ended the process, 0 when it exited by itself.
  int signal() const;

  /// "exit status 3" or "killed by SIGKILL"; of an unknown status the reasons it can have.
  std::string text() const;

 private:
  ExitStatus() = default;

  std::optional<int> wait_status_;
};

/// "SIGTERM" for 15; "signal 77" for a number without a name.
std::string signal_name(int signal);

/// The file that `name` stands for: itself when it contains a slash and may be executed, else the
/// first such file on `path` (a PATH value). Empty when there is none.
std::string find_executable(std::string_view name, std::string_view path);

struct ProcessOptions {
  /// The program and its arguments. A program without a slash is looked up on the child's PATH.
  std::vector<std::string> argv = {};
  /// The child's whole environment; ours when absent.
  std::optional<Environment> environment = {};
  /// Where the child starts; our own working directory when empty.
  std::string working_directory = {};
  /// The child's three streams; one that is empty (-1) is inherited. They stay the caller's.
  int stdin_fd = -1;
  int stdout_fd = -1;
  int stderr_fd = -1;
  /// Further descriptors that the child keeps, under the same numbers.
  std::vector<int> keep_fds = {};
  /// Makes the child the leader of its own process group, whose id is the child's id.
  bool new_process_group = false;
  /// Sent to the child by the kernel when the *thread* that started it ends (0: nothing), so set it
  /// only from a thread that lives as long as the child should. A parent that is gone before the
  /// child could ask for this is noticed too. The signal has its default action in the child.
  int death_signal = 0;
};

class Process {
 public:
  /// Starts a child. All signals are unblocked in it and SIGPIPE has its default action; every
  /// descriptor but the named ones is closed, as all of ours are close-on-exec. Throws Error that
  /// names the program and the reason. May be called from any thread.
  explicit Process(const ProcessOptions& options);
  Process() = default;
  Process(Process&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), status_(std::exchange(other.status_, std::nullopt)) {}
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  /// Kills (SIGKILL) and reaps a child that still runs.
  ~Process() { end_now(); }

  explicit operator bool() const { return pid_ > 0; }
  /// Stays readable after the end of the child.
  pid_t pid() const { return pid_; }

  /// Waits for the end. Further calls return the same status. One thread at a time. Throws nothing:
  /// a status that is not to be had is an unknown one.
  ExitStatus wait();
  /// The status when the child has ended, else nothing. Does not block.
  std::optional<ExitStatus> try_wait();
  /// Waits for the end until `deadline` at most.
  std::optional<ExitStatus> wait_until(std::chrono::steady_clock::time_point deadline);

  /// Sends a signal. Does nothing after the child was reaped.
  void kill(int signal);
  /// Sends a signal to the child's process group (see new_process_group), even when the leader has
  /// ended and left others behind.
  void kill_group(int signal);

  /// A descriptor (pidfd) that becomes readable when the child ends; empty when the child is gone
  /// and was reaped already. Throws Error when there is no descriptor left.
  Fd exit_fd() const;

  /// Gives the child up: it is neither killed nor reaped any more.
  pid_t release();

 private:
  void end_now() noexcept;

  pid_t pid_ = -1;
  std::optional<ExitStatus> status_;
};

/// The two ends of a new pipe, both close-on-exec. Throws Error.
struct Pipe {
  Fd read_end;
  Fd write_end;
};
Pipe make_pipe();

}  // namespace py4cpp
