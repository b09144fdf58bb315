// SPDX-License-Identifier: Apache-2.0
#include "launcher/release_probe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>

#include "base/error.hpp"
#include "base/socket.hpp"

namespace py4cpp::launcher {
namespace {

// A Python that needs longer than this to start is not going to answer.
constexpr std::chrono::seconds answer_seconds_max{30};
constexpr std::size_t answer_bytes_max = 256;

// Prints "release <version>" or "none". The version is read from the text of pyspark/version.py.
constexpr const char* question = R"(
import importlib.util, os, re, sys
sys.path[0] = sys.argv[1]
spec = importlib.util.find_spec('pyspark')
if spec is None or not spec.origin:
    print('none')
else:
    with open(os.path.join(os.path.dirname(spec.origin), 'version.py'), encoding='utf-8') as file:
        found = re.search(r'^__version__[^=]*=\s*[\'"]([^\'"]+)', file.read(), re.M)
    print('release', found.group(1) if found else '')
)";

}  // namespace

ReleaseProbe::ReleaseProbe(const std::string& interpreter, const std::string& script,
                           const Environment& environment)
    : interpreter_(interpreter) {
  Pipe pipe = make_pipe();
  const Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const std::string folder = std::filesystem::path(script).parent_path();
  process_ = Process({.argv = {interpreter, "-c", question, folder},
                      .environment = environment,
                      .stdin_fd = nothing.get(),
                      .stdout_fd = pipe.write_end.get(),
                      .stderr_fd = nothing.get(),
                      .death_signal = SIGKILL});
  answer_ = std::move(pipe.read_end);
}

std::string ReleaseProbe::release() {
  const std::lock_guard lock(mutex_);
  if (!release_) read_answer();
  if (release_->empty()) {
    throw Error("the Python interpreter " + interpreter_ + " has no pyspark; install it with '" +
                interpreter_ +
                " -m pip install pyspark', or name another interpreter with PYSPARK_PYTHON");
  }
  return *release_;
}

void ReleaseProbe::read_answer() {
  std::string answer;
  const Deadline deadline = after(answer_seconds_max);
  while (answer.size() < answer_bytes_max && wait_readable(answer_, deadline)) {
    std::array<char, answer_bytes_max> piece{};
    const ssize_t count = ::read(answer_.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    answer.append(piece.data(), static_cast<std::size_t>(count));
  }
  process_ = {};  // It has answered, or never will.
  const std::string line = answer.substr(0, answer.find_first_of("\r\n"));
  if (line.rfind("release ", 0) == 0) {
    release_ = line.substr(8);
  } else if (line == "none") {
    release_.emplace();
  } else {
    throw Error(interpreter_ +
                " does not answer as a Python interpreter does; name another one "
                "with PYSPARK_PYTHON");
  }
}

}  // namespace py4cpp::launcher
