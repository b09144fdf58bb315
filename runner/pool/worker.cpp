// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/worker.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "runner/pool/worker_host.hpp"

namespace py4cpp::runner {

Worker::~Worker() {
  if (life.state() != WorkerState::ended) end(WorkerAction::kill);
}

void Worker::end(WorkerAction action) {
  // First the signal: a worker that sees its connection closed has things to say about it.
  if (action != WorkerAction::close) signal(SIGKILL);
  socket.reset();
  if (process) end_process(after(host.options.stop_ms_max));
  process_fd.reset();
  host.take_crash_report(pid);  // whoever wanted it has it
  forget_task();
  daemon.reset();
}

bool Worker::idle_and_well() const {
  std::array<pollfd, 2> entries{{{socket.get(), POLLIN, 0}, {process_fd.get(), POLLIN, 0}}};
  return ::poll(entries.data(), entries.size(), 0) == 0;
}

void Worker::signal(int number) const {
  if (process_fd) ::syscall(SYS_pidfd_send_signal, process_fd.get(), number, nullptr, 0);
}

void Worker::begin_task(std::int64_t task_attempt_id) {
  if (tasks > 1) forget_task();
  host.task_names.begin(pid, task_attempt_id);
}

void Worker::forget_task() {
  // Lines that tell their worker, as records do and all that a simple worker writes, may still be
  // in the pipe, and are that task's.
  if (!daemon || !host.options.session_id.empty()) host.control.catch_up();
  host.task_names.forget(pid);
}

bool Worker::wait_ended(Deadline deadline) const {
  return !process_fd || wait_readable(process_fd, deadline);
}

// Its id, which is its group's, stays taken until it is reaped: so look for its end, kill who is
// left in the group, and reap it last.
std::optional<ExitStatus> Worker::end_process(Deadline deadline) {
  const bool ended = wait_ended(deadline);
  process.kill_group(SIGKILL);
  std::optional<ExitStatus> status;
  if (ended) status = process.wait();
  process = Process();
  return status;
}

Fd open_process(pid_t pid) {
  Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!fd) {
    throw Error("cannot watch the Python worker " + std::to_string(pid) + ": " +
                std::strerror(errno));
  }
  return fd;
}

}  // namespace py4cpp::runner
