// SPDX-License-Identifier: Apache-2.0
//
// The gateway form: a Python program has started us by way of $SPARK_HOME/bin/spark-submit, which
// became us, and waits for our address. It is our parent, and holds the other end of our standard
// input for as long as it lives.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/fd.hpp"
#include "launcher/commands.hpp"
#include "launcher/host.hpp"
#include "launcher/interpreter.hpp"
#include "launcher/release_probe.hpp"
#include "launcher/report.hpp"

namespace py4cpp::launcher {
namespace {

namespace fs = std::filesystem;

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

// The file appears whole or not at all: the driver reads it as soon as it sees it. The folder is
// the driver's own and private.
void publish_address(const fs::path& path, std::uint16_t port, const std::string& token) {
  const fs::path draft = path.string() + ".part";
  std::ofstream file(draft, std::ios::binary);
  file << big_endian(port) << big_endian(static_cast<std::uint32_t>(token.size())) << token;
  file.close();
  std::error_code error;
  if (file) fs::rename(draft, path, error);
  if (!file || error) {
    const std::string reason = file ? error.message() : std::strerror(errno);
    fs::remove(draft, error);
    throw Error("cannot write the gateway's address to '" + path.string() + "': " + reason);
  }
}

// A descriptor that becomes readable at our parent's end. Empty on a system that has none: then
// standard input alone tells of it, as it does when a wrapper script stands between.
Fd end_of_parent() { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, ::getppid(), 0))); }

// Returns the exit code: 0 when the driver is gone, 128 + n after a signal. Processes that the
// driver has forked hold our standard input, too, so its end may come late.
int wait_for_end(Signals& signals, const Fd& parent) {
  for (;;) {
    std::array<pollfd, 3> entries{
        {{STDIN_FILENO, POLLIN, 0}, {signals.fd(), POLLIN, 0}, {parent.get(), POLLIN, 0}}};
    if (::poll(entries.data(), entries.size(), -1) < 0) {
      if (errno == EINTR) continue;
      throw Error(std::string("cannot wait for the driver: ") + std::strerror(errno));
    }
    if (const auto signal = signals.take()) return 128 + signal->number;
    if (entries[2].revents != 0) return 0;
    if (entries[0].revents == 0) continue;
    std::array<char, 256> ignored{};  // The driver never writes; its end is all that counts.
    if (::read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0 && errno != EINTR) return 0;
  }
}

// What the user named for the workers, or nothing.
std::string named_python(const Submission& submission, const Environment& environment) {
  const auto set = submission.conf.find("spark.pyspark.python");
  if (set != submission.conf.end()) return set->second;
  const auto variable = environment.find("PYSPARK_PYTHON");
  return variable == environment.end() ? std::string() : variable->second;
}

}  // namespace

int serve_driver(const SubmitOptions& options) {
  const Fd parent = end_of_parent();
  prepare_own_environment();
  const Environment environment = current_environment();
  const auto path = environment.find("_PYSPARK_DRIVER_CONN_INFO_PATH");
  if (path == environment.end() || path->second.empty()) {
    throw Error(
        "'pyspark-shell' stands for a Python program that starts its own gateway; run that "
        "program with plain python and SPARK_HOME=$(py4cpp home)");
  }
  ::unsetenv("_PYSPARK_DRIVER_CONN_INFO_PATH");
  const Submission submission = make_submission(options, environment);
  Interpreters interpreters{.driver = interpreter_of(::getppid()),
                            .workers = named_python(submission, environment)};
  if (interpreters.driver.empty()) {
    interpreters.driver = interpreters.workers.empty() ? "python3" : interpreters.workers;
  }
  if (interpreters.workers.empty()) interpreters.workers = interpreters.driver;
  ::setenv("PYSPARK_PYTHON", interpreters.workers.c_str(), 1);
  report_submission(submission);

  Host host(submission, environment);
  // The driver's script is unknown here; its folder hardly ever holds a pyspark of its own.
  ReleaseProbe probe(interpreters.driver, {}, environment);
  host.serve(submission, interpreters, [&probe] { return probe.release(); });
  publish_address(path->second, host.port(), host.token());
  const int exit_code = wait_for_end(host.signals(), parent);
  host.stop(exit_code);
  return exit_code;
}

}  // namespace py4cpp::launcher
