// SPDX-License-Identifier: Apache-2.0
#include "launcher/janitor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/token.hpp"

namespace py4cpp::launcher {
namespace {

namespace fs = std::filesystem;

// A process between fork and exec does not carry the mark yet, so one look is not enough: the
// janitor looks again until it has found nothing for this long, and gives up after the second.
constexpr std::chrono::milliseconds quiet_ms{250};
constexpr std::chrono::seconds work_seconds_max{10};
constexpr int pause_ms = 25;

bool carries(const fs::path& environ, const std::string& entry) {
  std::ifstream file(environ, std::ios::binary);
  std::string variable;
  while (std::getline(file, variable, '\0')) {
    if (variable == entry) return true;
  }
  return false;
}

// Keeps nothing that others wait for: the streams (a reader of our output waits for their end), the
// working directory, the terminal's session.
void detach() {
  ::setsid();
  ::prctl(PR_SET_NAME, "py4cpp-janitor");
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int stream = 0; stream < 3; ++stream) ::dup2(nothing, stream);
  if (nothing > 2) ::close(nothing);
  [[maybe_unused]] const int ignored = ::chdir("/");
}

// What the lifeline says: the folders to remove, each ended by a zero byte, and at an orderly end
// an empty name.
struct Lifeline {
  std::vector<fs::path> folders;
  // True when the end was announced: then nobody is between fork and exec.
  bool orderly = false;
};

Lifeline wait_for_end(int lifeline) {
  Lifeline result;
  std::string name;
  char byte = 0;
  for (;;) {
    const ssize_t count = ::read(lifeline, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return result;
    if (byte != '\0') {
      name += byte;
    } else if (name.empty()) {
      result.orderly = true;
      return result;
    } else {
      result.folders.emplace_back(std::exchange(name, {}));
    }
  }
}

[[noreturn]] void watch(int lifeline, const std::string& mark, const fs::path& folder) {
  using Clock = std::chrono::steady_clock;
  detach();
  Lifeline end_of_owner = wait_for_end(lifeline);
  end_of_owner.folders.push_back(folder);
  const auto quiet = end_of_owner.orderly ? std::chrono::milliseconds(0) : quiet_ms;
  const auto end = Clock::now() + work_seconds_max;
  auto last_found = Clock::now();
  while (Clock::now() < end) {
    int found = kill_marked(mark_variable, mark);
    if (!end_of_owner.orderly) found += kill_marked(driver_mark_variable, mark);
    if (found > 0) {
      last_found = Clock::now();
    } else if (Clock::now() - last_found >= quiet) {
      break;
    }
    ::poll(nullptr, 0, pause_ms);
  }
  std::error_code ignored;
  for (const fs::path& left : end_of_owner.folders) fs::remove_all(left, ignored);
  ::_exit(0);
}

}  // namespace

Janitor::Janitor(const fs::path& folder) : mark_(random_token()) {
  Pipe pipe = make_pipe();
  process_ = ::fork();
  if (process_ < 0)
    throw Error(std::string("cannot start the janitor: fork: ") + std::strerror(errno));
  if (process_ == 0) {
    pipe.write_end.reset();
    watch(pipe.read_end.get(), mark_, folder);
  }
  ::setenv(mark_variable, mark_.c_str(), 1);
  lifeline_ = std::move(pipe.write_end);
}

void Janitor::also_remove(const fs::path& folder) {
  const std::string name = folder.string();
  // One write, so that names from several threads do not mix. A janitor that is gone is no error.
  [[maybe_unused]] const ssize_t ignored = ::write(lifeline_.get(), name.c_str(), name.size() + 1);
}

Janitor::~Janitor() {
  const char announcement = '\0';
  [[maybe_unused]] const ssize_t ignored = ::write(lifeline_.get(), &announcement, 1);
  lifeline_.reset();
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

int kill_marked(const std::string& variable, const std::string& mark) {
  const std::string entry = std::string(variable).append("=").append(mark);
  int found = 0;
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const std::string name = process.path().filename();
    if (std::isdigit(static_cast<unsigned char>(name.front())) == 0) continue;
    const pid_t pid = static_cast<pid_t>(std::strtol(name.c_str(), nullptr, 10));
    if (pid == ::getpid() || !carries(process.path() / "environ", entry)) continue;
    ::kill(pid, SIGKILL);
    ++found;
  }
  return found;
}

}  // namespace py4cpp::launcher
