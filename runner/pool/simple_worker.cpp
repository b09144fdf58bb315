// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/simple_worker.hpp"

#include <fcntl.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "base/token.hpp"
#include "runner/pool/handshake.hpp"

namespace py4cpp::runner {
namespace {

// Where one worker is expected.
struct Meeting {
  TempDir dir;
  Fd listener;
  std::string secret;  // empty with a Unix socket
};

Meeting prepare(WorkerHost& host, Environment& environment) {
  Meeting meeting;
  if (host.unix_sockets()) {
    meeting.dir = host.socket_dir();
    const std::filesystem::path path = meeting.dir.path() / "worker.sock";
    meeting.listener = listen_unix(path, 1);
    environment["PYTHON_WORKER_FACTORY_SOCK_PATH"] = path.string();
    environment["PYTHON_UNIX_DOMAIN_ENABLED"] = "True";
  } else {
    meeting.secret = random_token();
    meeting.listener = listen_loopback();
    environment["PYTHON_WORKER_FACTORY_PORT"] = std::to_string(local_port(meeting.listener));
    environment["PYTHON_WORKER_FACTORY_SECRET"] = meeting.secret;
  }
  return meeting;
}

void start_process(const std::string& python_executable, Environment environment, WorkerHost& host,
                   Worker& worker) {
  const Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  worker.process = host.spawn({.argv = {python_executable, "-m", host.options.worker_module},
                               .environment = std::move(environment),
                               .working_directory = {},
                               .stdin_fd = nothing.get(),
                               .stdout_fd = out.write_end.get(),
                               .stderr_fd = err.write_end.get(),
                               .keep_fds = {},
                               .new_process_group = true,
                               .death_signal = SIGKILL});
  worker.pid = worker.process.pid();
  worker.output = host.make_output(worker.pid);
  worker.process_fd = worker.process.exit_fd();
  host.control.drain(std::move(out.read_end), worker.output);
  host.control.drain(std::move(err.read_end), worker.output);
}

// The next connection; empty when the process ended or the deadline passed.
Fd next_connection(const Meeting& meeting, const Worker& worker, const Patience& patience) {
  if (!wait_readable(meeting.listener, patience, worker.process_fd)) return {};
  return accept_connection(meeting.listener, after(std::chrono::milliseconds(0)));
}

// True when the other end is our worker: it knows the secret, and the id it tells is the process's.
bool is_ours(const Fd& socket, const Meeting& meeting, const Worker& worker,
             const Patience& patience) {
  try {
    if (!meeting.secret.empty()) {
      const Patience soon{std::min(patience.deadline, after(secret_ms_max)), patience.cancel};
      if (!equal_in_constant_time(receive_text(socket, soon), meeting.secret)) return false;
      send_text(socket, "ok", patience.deadline);
    }
    return receive_i32(socket, patience) == worker.pid;
  } catch (const Disconnected&) {
    return false;
  }
}

[[noreturn]] void fail(const std::string& python_executable, WorkerHost& host, Worker& worker) {
  const auto status = worker.end_process(after(host.options.stop_ms_max));
  if (status) worker.output->wait_closed(after(host.options.stop_ms_max));
  const std::vector<std::string> lines = worker.output->last_lines();
  const std::string how =
      status ? "ended (" + status->text() + ")" : std::string("did not connect in time");
  throw WorkerFailed(
      with_lines("'" + python_executable + " -m " + host.options.worker_module + "' " + how +
                     " before its task; is PySpark " + host.options.release.text() +
                     " installed for this interpreter?",
                 lines),
      lines);
}

}  // namespace

std::unique_ptr<Worker> start_simple_worker(const std::string& python_executable,
                                            Environment environment, WorkerHost& host,
                                            const CancelToken* cancel) {
  auto worker = std::make_unique<Worker>(host, WorkerTraits{});
  const Meeting meeting = prepare(host, environment);
  start_process(python_executable, std::move(environment), host, *worker);
  const Patience patience{after(host.options.start_ms_max), cancel};
  for (;;) {
    Fd socket = next_connection(meeting, *worker, patience);
    if (!socket) fail(python_executable, host, *worker);
    if (!is_ours(socket, meeting, *worker, patience)) continue;
    worker->socket = std::move(socket);
    worker->life.on(WorkerEvent::started);
    return worker;
  }
}

}  // namespace py4cpp::runner
