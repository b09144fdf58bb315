// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/daemon.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <vector>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "base/token.hpp"
#include "runner/pool/handshake.hpp"
#include "runner/wire/wire.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::int32_t path_bytes_max = 4096;
// What an error shows of a daemon's first output that is no address.
constexpr std::size_t garbage_bytes_max = 200;

// Errors that a fork can fail with; a daemon reports them where a process id should be.
constexpr std::int32_t errno_max = 133;

std::string path_of(const Environment& environment) {
  const auto found = environment.find("PYTHONPATH");
  return found == environment.end() ? std::string("(not set)") : found->second;
}

}  // namespace

Daemon::Daemon(const std::string& python_executable, Environment environment, WorkerHost& host,
               const CancelToken* cancel)
    : host_(host),
      python_executable_(python_executable),
      python_path_(path_of(environment)),
      secret_(host.unix_sockets() ? std::string() : random_token()),
      output_(host.make_output()) {
  start(python_executable, std::move(environment), cancel);
}

Daemon::~Daemon() {
  stdin_end_.reset();
  if (!process_) return;
  try {
    // The daemon's id, which is its group's, stays taken until the daemon is reaped: so look for
    // its end, kill who is left in the group, and reap it last.
    const Fd exit = process_.exit_fd();
    if (exit) wait_readable(exit, after(host_.options.stop_ms_max));
  } catch (const Error&) {
    // Without a descriptor to wait with, it is killed at once.
  }
  process_.kill_group(SIGKILL);
}

void Daemon::start(const std::string& python_executable, Environment environment,
                   const CancelToken* cancel) {
  const WorkerOptions& options = host_.options;
  TempDir socket_dir;
  if (secret_.empty()) {
    socket_dir = host_.socket_dir();
    environment["PYTHON_UNIX_DOMAIN_ENABLED"] = "True";
    environment["PYTHON_WORKER_FACTORY_SOCK_DIR"] = socket_dir.path().string();
  } else {
    environment["PYTHON_WORKER_FACTORY_SECRET"] = secret_;
  }
  std::vector<std::string> argv = {python_executable, "-m", options.daemon_module};
  if (options.release.variant().daemon_argument) argv.push_back(options.worker_module);

  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  process_ = host_.spawn({.argv = std::move(argv),
                          .environment = std::move(environment),
                          .working_directory = {},
                          .stdin_fd = in.read_end.get(),
                          .stdout_fd = out.write_end.get(),
                          .stderr_fd = err.write_end.get(),
                          .keep_fds = {},
                          .new_process_group = true,
                          // Ends a daemon that is still starting; one that serves ignores it, reads
                          // the end of its stdin and ends its workers first. SIGTERM may end it
                          // between the two: it takes back its handler before it tells the workers.
                          // So nobody else may hold the write end of stdin.
                          .death_signal = SIGHUP});
  stdin_end_ = std::move(in.write_end);
  out.write_end.reset();
  err.write_end.reset();
  host_.control.drain(std::move(err.read_end), output_);
  read_address(std::move(out.read_end), socket_dir, cancel);
}

void Daemon::read_address(Fd stdout_end, const TempDir& socket_dir, const CancelToken* cancel) {
  const Patience patience{after(host_.options.start_ms_max), cancel};
  std::array<std::byte, length_bytes> first{};
  try {
    if (!read_exact(stdout_end, first, patience)) fail_silent();
    const std::int32_t number = read_i32(first.data());
    if (!secret_.empty()) {
      if (number < 1 || number > 0xffff) fail_garbled(as_text(first), stdout_end);
      port_ = static_cast<std::uint16_t>(number);
    } else {
      if (number < 1 || number > path_bytes_max) fail_garbled(as_text(first), stdout_end);
      std::string path(static_cast<std::size_t>(number), '\0');
      read_exact(stdout_end, std::as_writable_bytes(std::span(path)), patience);
      if (!path.starts_with(socket_dir.path().string())) fail_garbled(path, stdout_end);
      take_socket(path);
    }
  } catch (const Disconnected&) {
    fail_silent();
  }
  host_.control.drain(std::move(stdout_end), output_);
}

// Holds on to the socket itself, so that its name can go at once: nothing stays behind in the file
// system however this process ends.
void Daemon::take_socket(const std::string& path) {
  socket_file_ = Fd(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  if (!socket_file_ || ::fstat(socket_file_.get(), &info) != 0 || !S_ISSOCK(info.st_mode)) {
    throw WorkerFailed("'" + python_executable_ + " -m " + host_.options.daemon_module +
                           "' listens at '" + path + "', which is no socket",
                       output_->last_lines());
  }
}

void Daemon::fail_silent() {
  // What it printed explains the failure; it comes through the other pipe and may still be coming.
  const auto status = process_.wait_until(after(host_.options.stop_ms_max));
  if (status) output_->wait_closed(after(host_.options.stop_ms_max));
  const std::vector<std::string> lines = output_->last_lines();
  const std::string how = status ? "ended (" + status->text() + ")" : std::string("gave no answer");
  throw WorkerFailed(
      with_lines("'" + python_executable_ + " -m " + host_.options.daemon_module + "' " + how +
                     " before it could fork workers; is PySpark " + host_.options.release.text() +
                     " installed for this interpreter? (PYTHONPATH: " + python_path_ + ")",
                 lines),
      lines);
}

void Daemon::fail_garbled(std::string_view first, const Fd& stdout_end) {
  std::string text(first);
  std::array<char, garbage_bytes_max> more{};
  ::fcntl(stdout_end.get(), F_SETFL, ::fcntl(stdout_end.get(), F_GETFL) | O_NONBLOCK);
  const ssize_t count = ::read(stdout_end.get(), more.data(), more.size());
  if (count > 0) text.append(more.data(), static_cast<std::size_t>(count));
  const std::vector<std::string> lines = output_->last_lines();
  throw WorkerFailed(
      with_lines("'" + python_executable_ + " -m " + host_.options.daemon_module + "' printed " +
                     printable(text) +
                     " where its address was expected; find what prints at the start of Python "
                     "(sitecustomize, .pth files; PYTHONPATH: " +
                     python_path_ + ")",
                 lines),
      lines);
}

Fd Daemon::connect(Deadline deadline) const {
  if (!secret_.empty()) return connect_loopback(port_, deadline);
  return connect_unix("/proc/self/fd/" + std::to_string(socket_file_.get()), deadline);
}

std::unique_ptr<Worker> Daemon::fork_worker(const CancelToken* cancel) {
  const Patience patience{after(host_.options.connect_ms_max), cancel};
  auto worker = std::make_unique<Worker>(
      host_, WorkerTraits{.authenticates = !secret_.empty(), .reusable = host_.options.reuse});
  worker->output = output_;
  worker->socket = connect(patience.deadline);
  const std::int32_t id = receive_i32(worker->socket, patience);
  // A worker is in its daemon's process group. A daemon that cannot fork sends the error instead.
  if (id <= 0 || ::getpgid(id) != process_.pid()) {
    if (id > 0 && id <= errno_max) {
      const std::vector<std::string> lines = output_->last_lines();
      throw WorkerFailed(with_lines("the Python daemon " + std::to_string(process_.pid()) +
                                        " cannot fork a worker: " + std::string(std::strerror(id)),
                                    lines),
                         lines);
    }
    throw Disconnected("the Python worker " + std::to_string(id) + " ended at once");
  }
  worker->pid = id;
  worker->process_fd = open_process(id);
  worker->life.on(WorkerEvent::started);
  if (!secret_.empty()) authenticate(*worker, cancel);
  return worker;
}

std::optional<int> Daemon::exit_code() const {
  if (!told_its_workers()) return std::nullopt;
  try {
    wait_readable(process_.exit_fd(), after(host_.options.stop_ms_max));
  } catch (const Error&) {
    // Without a descriptor to wait with, what is known by now has to do.
  }
  // It is not reaped: the destructor still needs its id, which is its group's.
  siginfo_t info{};
  const auto id = static_cast<id_t>(process_.pid());
  if (::waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return std::nullopt;
  if (info.si_pid == 0 || info.si_code != CLD_EXITED) return std::nullopt;
  return info.si_status;
}

// It takes back its handler of SIGTERM, which it has while it serves, right before it does so.
bool Daemon::told_its_workers() const {
  constexpr std::string_view name = "SigCgt:";
  std::ifstream status("/proc/" + std::to_string(process_.pid()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(name)) continue;
    const std::uint64_t caught = std::stoull(line.substr(name.size()), nullptr, 16);
    return (caught >> (SIGTERM - 1) & 1) == 0;
  }
  return false;
}

void Daemon::authenticate(Worker& worker, const CancelToken* cancel) const {
  const Patience patience{after(host_.options.connect_ms_max), cancel};
  send_text(worker.socket, secret_, patience.deadline);
  if (receive_text(worker.socket, patience) != "ok") {
    throw Error("the Python worker refused the secret of its own daemon");
  }
  worker.life.on(WorkerEvent::authenticated);
}

}  // namespace py4cpp::runner
