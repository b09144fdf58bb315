// SPDX-License-Identifier: Apache-2.0
#include "base/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.hpp"

extern char** environ;

namespace py4cpp {
namespace {

std::string errno_text(int number) { return std::strerror(number); }

// What the child does between fork and exec, with nothing but async-signal-safe calls: the parent
// may have other threads, whose locks are frozen in the child.
struct Preparation {
  const char* program;
  char* const* argv;
  char* const* environment;
  const char* working_directory;  // Null: stay.
  std::array<int, 3> streams;     // -1: inherit.
  const std::vector<int>* keep_fds;
  bool new_process_group;
  int death_signal;
  pid_t parent;
  int status_fd;
};

enum class Step : int { enter_directory, execute, wire };

struct Failure {
  Step step;
  int error;
};

[[noreturn]] void fail(int status_fd, Step step) {
  const Failure failure{step, errno};
  [[maybe_unused]] const ssize_t ignored = ::write(status_fd, &failure, sizeof failure);
  ::_exit(127);
}

// Moves the streams to 0, 1 and 2. Sources that sit on those numbers are first lifted above them.
bool wire_streams(const std::array<int, 3>& streams) {
  std::array<int, 3> sources = streams;
  for (int target = 0; target < 3; ++target) {
    int& source = sources[static_cast<std::size_t>(target)];
    if (source < 0 || source > 2 || source == target) continue;
    source = ::fcntl(source, F_DUPFD_CLOEXEC, 3);
    if (source < 0) return false;
  }
  for (int target = 0; target < 3; ++target) {
    const int source = sources[static_cast<std::size_t>(target)];
    if (source < 0) continue;
    if (source == target) {
      if (::fcntl(target, F_SETFD, 0) != 0) return false;
    } else if (::dup2(source, target) < 0) {
      return false;
    }
  }
  return true;
}

[[noreturn]] void become(const Preparation& plan) {
  if (plan.new_process_group) ::setpgid(0, 0);
  if (plan.death_signal != 0) {
    ::signal(plan.death_signal, SIG_DFL);  // One that we ignore, as under nohup, would be ignored.
    ::prctl(PR_SET_PDEATHSIG, plan.death_signal);
    if (::getppid() != plan.parent) ::_exit(127);  // The parent died before we could ask.
  }
  if (!wire_streams(plan.streams)) fail(plan.status_fd, Step::wire);
  for (const int fd : *plan.keep_fds) {
    if (::fcntl(fd, F_SETFD, 0) != 0) fail(plan.status_fd, Step::wire);
  }
  if (plan.working_directory != nullptr && ::chdir(plan.working_directory) != 0) {
    fail(plan.status_fd, Step::enter_directory);
  }
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(plan.program, plan.argv, plan.environment);
  fail(plan.status_fd, Step::execute);
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

std::string resolve(const ProcessOptions& options) {
  if (options.argv.empty()) throw Error("cannot start a process: no program was named");
  const std::string& name = options.argv.front();
  if (name.find('/') != std::string::npos) return name;
  std::string path;
  if (options.environment) {
    const auto found = options.environment->find("PATH");
    if (found != options.environment->end()) path = found->second;
  } else if (const char* ours = std::getenv("PATH")) {
    path = ours;
  }
  std::string program = find_executable(name, path);
  if (program.empty()) {
    throw Error("cannot start '" + name + "': no such program on PATH (" + path + ")");
  }
  return program;
}

// Blocks every signal in this thread while it lives, so that no handler runs in the forked child.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

std::string failure_text(const ProcessOptions& options, const std::string& program,
                         const Failure& failure) {
  std::string text = "cannot start '" + program + "'";
  if (failure.step == Step::enter_directory) text += " in '" + options.working_directory + "'";
  if (failure.step == Step::wire) text += ": its descriptors could not be set up";
  text += ": " + errno_text(failure.error);
  if (failure.step == Step::execute && failure.error == ENOENT &&
      ::access(program.c_str(), F_OK) == 0) {
    text += " (the file exists, but the interpreter on its first line does not)";
  }
  return text;
}

}  // namespace

Environment current_environment() {
  Environment result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

int ExitStatus::shell_code() const {
  constexpr int no_child = 127;
  if (!wait_status_) return no_child;
  return signal() != 0 ? 128 + signal() : WEXITSTATUS(*wait_status_);
}

int ExitStatus::signal() const {
  return wait_status_ && WIFSIGNALED(*wait_status_) ? WTERMSIG(*wait_status_) : 0;
}

std::string ExitStatus::text() const {
  if (!wait_status_) {
    return "an unknown status: this program ignores SIGCHLD, or another part of it waits for any "
           "child";
  }
  if (signal() != 0) return "killed by " + signal_name(signal());
  return "exit status " + std::to_string(WEXITSTATUS(*wait_status_));
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

std::string find_executable(std::string_view name, std::string_view path) {
  const auto executable = [](const std::string& file) {
    struct stat info {};
    return ::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
           ::access(file.c_str(), X_OK) == 0;
  };
  if (name.empty()) return {};
  if (name.find('/') != std::string_view::npos) {
    std::string file(name);
    return executable(file) ? file : std::string();
  }
  while (!path.empty()) {
    const std::size_t colon = path.find(':');
    const std::string_view folder = path.substr(0, colon);
    std::string file = folder.empty() ? "./" : std::string(folder) + "/";
    file += name;
    if (executable(file)) return file;
    path = colon == std::string_view::npos ? std::string_view() : path.substr(colon + 1);
  }
  return {};
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw Error("cannot make a pipe: " + errno_text(errno));
  }
  return {Fd(ends[0]), Fd(ends[1])};
}

Process::Process(const ProcessOptions& options) {
  const std::string program = resolve(options);
  std::vector<std::string> arguments = options.argv;
  std::vector<std::string> variables;
  if (options.environment) {
    for (const auto& [name, value] : *options.environment) variables.push_back(name + "=" + value);
  }
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> environment = pointers(variables);
  Pipe status = make_pipe();
  // The status pipe must survive the wiring of the streams, so it may not sit on 0, 1 or 2.
  Fd status_write(::fcntl(status.write_end.get(), F_DUPFD_CLOEXEC, 3));
  status.write_end.reset();
  if (!status_write) throw Error("cannot start '" + program + "': " + errno_text(errno));

  const Preparation plan{
      .program = program.c_str(),
      .argv = argv.data(),
      .environment = options.environment ? environment.data() : environ,
      .working_directory =
          options.working_directory.empty() ? nullptr : options.working_directory.c_str(),
      .streams = {options.stdin_fd, options.stdout_fd, options.stderr_fd},
      .keep_fds = &options.keep_fds,
      .new_process_group = options.new_process_group,
      .death_signal = options.death_signal,
      .parent = ::getpid(),
      .status_fd = status_write.get(),
  };
  {
    const SignalsBlocked blocked;
    pid_ = ::fork();
    if (pid_ == 0) become(plan);
  }
  if (pid_ < 0) throw Error("cannot start '" + program + "': fork: " + errno_text(errno));
  status_write.reset();

  Failure failure{};
  ssize_t received = 0;
  do {
    received = ::read(status.read_end.get(), &failure, sizeof failure);
  } while (received < 0 && errno == EINTR);
  if (received == static_cast<ssize_t>(sizeof failure)) {
    wait();
    throw Error(failure_text(options, program, failure));
  }
}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    end_now();
    pid_ = std::exchange(other.pid_, -1);
    status_ = std::exchange(other.status_, std::nullopt);
  }
  return *this;
}

ExitStatus Process::wait() {
  if (status_) return *status_;
  int word = 0;
  pid_t reaped = 0;
  do {
    reaped = ::waitpid(pid_, &word, 0);
  } while (reaped < 0 && errno == EINTR);
  status_ = reaped == pid_ ? ExitStatus(word) : ExitStatus::unknown();
  return *status_;
}

std::optional<ExitStatus> Process::try_wait() {
  if (status_ || pid_ <= 0) return status_;
  int word = 0;
  const pid_t reaped = ::waitpid(pid_, &word, WNOHANG);
  if (reaped == pid_) status_.emplace(word);
  if (reaped < 0) status_ = ExitStatus::unknown();
  return status_;
}

std::optional<ExitStatus> Process::wait_until(std::chrono::steady_clock::time_point deadline) {
  if (const auto ended = try_wait()) return ended;
  const Fd exit = exit_fd();
  if (!exit) return try_wait();
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int wait_ms = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
    pollfd entry{exit.get(), POLLIN, 0};
    ::poll(&entry, 1, wait_ms);
    const auto ended = try_wait();
    if (ended || left.count() <= 0) return ended;
  }
}

void Process::kill(int signal) {
  if (pid_ > 0 && !status_) ::kill(pid_, signal);
}

void Process::kill_group(int signal) {
  if (pid_ > 0) ::kill(-pid_, signal);
}

Fd Process::exit_fd() const {
  Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!fd && errno != ESRCH) {
    throw Error("cannot watch process " + std::to_string(pid_) + ": " + errno_text(errno));
  }
  return fd;
}

pid_t Process::release() {
  status_.reset();
  return std::exchange(pid_, -1);
}

void Process::end_now() noexcept {
  if (pid_ <= 0 || try_wait()) return;
  ::kill(pid_, SIGKILL);
  int word = 0;
  while (::waitpid(pid_, &word, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace py4cpp
