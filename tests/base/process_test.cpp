// SPDX-License-Identifier: Apache-2.0
#include "base/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "base/temp_dir.hpp"

using namespace py4cpp;
using namespace std::chrono_literals;

namespace {

std::string read_all(const Fd& fd) {
  std::string text;
  std::array<char, 4096> piece{};
  for (;;) {
    const ssize_t count = ::read(fd.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
}

// What a shell command prints, when it succeeds.
std::string output_of(const std::string& command, ProcessOptions options = {}) {
  Pipe pipe = make_pipe();
  options.argv = {"/bin/sh", "-c", command};
  options.stdout_fd = pipe.write_end.get();
  Process process(options);
  pipe.write_end.reset();
  const std::string text = read_all(pipe.read_end);
  CHECK(process.wait().success());
  return text;
}

Process shell(const std::string& command) {
  return Process(ProcessOptions{.argv = {"/bin/sh", "-c", command}});
}

std::string error_of(const ProcessOptions& options) {
  try {
    const Process process(options);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_SUITE_BEGIN("base process");

TEST_CASE("the exit status tells code or signal") {
  CHECK(shell("exit 0").wait().success());
  const ExitStatus three = shell("exit 3").wait();
  CHECK_EQ(three.text(), "exit status 3");
  CHECK_EQ(three.shell_code(), 3);
  CHECK_EQ(three.signal(), 0);
  const ExitStatus killed = shell("kill -KILL $$").wait();
  CHECK_EQ(killed.text(), "killed by SIGKILL");
  CHECK_EQ(killed.shell_code(), 137);
  CHECK_EQ(killed.signal(), SIGKILL);
}

TEST_CASE("a program that is not on PATH is an error that names it") {
  const std::string text = error_of({.argv = {"no-such-program"}});
  CHECK(text.find("'no-such-program'") != std::string::npos);
  CHECK(text.find("PATH") != std::string::npos);
}

TEST_CASE("a program that cannot be executed is an error with the system's reason") {
  CHECK(error_of({.argv = {"/no/such/program"}}).find("No such file") != std::string::npos);
  CHECK(error_of({.argv = {"/etc/passwd"}}).find("Permission denied") != std::string::npos);
  CHECK(error_of({.argv = {"/bin/sh"}, .working_directory = "/no/such/folder"})
            .find("in '/no/such/folder'") != std::string::npos);
}

TEST_CASE("a script whose interpreter is missing is reported as such") {
  const TempDir folder(default_temp_root(), "py4cpp-test-");
  const std::string script = folder.path() / "script";
  std::ofstream(script) << "#!/no/such/interpreter\n";
  REQUIRE_EQ(::chmod(script.c_str(), 0700), 0);
  CHECK(error_of({.argv = {script}}).find("interpreter") != std::string::npos);
}

TEST_CASE("the environment is replaced as a whole") {
  CHECK_EQ(output_of("echo \"$A/$HOME\"", {.environment = Environment{{"A", "one two"}}}),
           "one two/\n");
}

TEST_CASE("the working directory is the one asked for") {
  CHECK_EQ(output_of("pwd", {.working_directory = "/usr"}), "/usr\n");
}

TEST_CASE("standard error may go where standard output goes, in order") {
  Pipe pipe = make_pipe();
  Process process(ProcessOptions{.argv = {"/bin/sh", "-c", "echo a; echo b >&2; echo c"},
                                 .stdout_fd = pipe.write_end.get(),
                                 .stderr_fd = pipe.write_end.get()});
  pipe.write_end.reset();
  CHECK_EQ(read_all(pipe.read_end), "a\nb\nc\n");
}

TEST_CASE("the child reads what is written to its standard input") {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Process process(ProcessOptions{
      .argv = {"cat"}, .stdin_fd = in.read_end.get(), .stdout_fd = out.write_end.get()});
  in.read_end.reset();
  out.write_end.reset();
  const std::string text = "hello";
  write_all(in.write_end, std::as_bytes(std::span(text)));
  in.write_end.reset();
  CHECK_EQ(read_all(out.read_end), "hello");
}

TEST_CASE("a child inherits no descriptor that it was not given") {
  const Pipe other = make_pipe();
  const Pipe kept = make_pipe();
  const auto is_open = [&kept](const Fd& fd) {
    const std::string test = "[ -e /proc/self/fd/" + std::to_string(fd.get()) + " ]";
    return output_of(test + " && echo yes; true", {.keep_fds = {kept.read_end.get()}}) == "yes\n";
  };
  CHECK(is_open(kept.read_end));
  CHECK_FALSE(is_open(kept.write_end));
  CHECK_FALSE(is_open(other.read_end));
}

TEST_CASE("blocked signals and an ignored SIGPIPE are not inherited") {
  sigset_t set;
  sigset_t before;
  sigfillset(&set);
  ::pthread_sigmask(SIG_BLOCK, &set, &before);
  const auto handler = ::signal(SIGPIPE, SIG_IGN);
  const std::string text = output_of("grep -E '^Sig(Blk|Ign)' /proc/self/status");
  ::signal(SIGPIPE, handler);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(text.find("SigBlk:\t0000000000000000") != std::string::npos);
  const std::size_t ignored = text.find("SigIgn:\t");
  REQUIRE(ignored != std::string::npos);
  const std::uint64_t mask = std::stoull(text.substr(ignored + 8), nullptr, 16);
  CHECK_EQ(mask >> (SIGPIPE - 1) & 1, 0);
}

TEST_CASE("a process group is signalled as a whole, even after its leader's end") {
  Pipe pipe = make_pipe();
  Process process(ProcessOptions{.argv = {"/bin/sh", "-c", "sleep 600 & exit 0"},
                                 .stdout_fd = pipe.write_end.get(),
                                 .new_process_group = true});
  pipe.write_end.reset();
  CHECK(process.wait().success());
  process.kill_group(SIGKILL);
  CHECK_EQ(read_all(pipe.read_end), "");  // Ends only when the sleeper is gone.
}

TEST_CASE("the destructor kills and reaps a child that still runs") {
  Pipe pipe = make_pipe();
  {
    const Process process(
        ProcessOptions{.argv = {"sleep", "600"}, .stdout_fd = pipe.write_end.get()});
  }
  pipe.write_end.reset();
  CHECK_EQ(read_all(pipe.read_end), "");
}

TEST_CASE("the death signal comes when the starting thread ends") {
  Process process;
  std::thread([&process] {
    process = Process(ProcessOptions{.argv = {"sleep", "600"}, .death_signal = SIGTERM});
  }).join();
  CHECK_EQ(process.wait().text(), "killed by SIGTERM");
}

TEST_CASE("the death signal comes also where we ignore it ourselves") {
  struct sigaction before {};
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  ::sigaction(SIGHUP, &ignored, &before);
  Process process;
  std::thread([&process] {
    process = Process(ProcessOptions{.argv = {"sleep", "600"}, .death_signal = SIGHUP});
  }).join();
  CHECK_EQ(process.wait().text(), "killed by SIGHUP");
  ::sigaction(SIGHUP, &before, nullptr);
}

TEST_CASE("waiting has a deadline and a descriptor") {
  Process process(ProcessOptions{.argv = {"sleep", "600"}});
  CHECK_FALSE(process.try_wait());
  CHECK_FALSE(process.wait_until(std::chrono::steady_clock::now() + 10ms));
  const Fd exit = process.exit_fd();
  process.kill(SIGTERM);
  CHECK(wait_readable(exit, after(10s)));
  const auto status = process.wait_until(std::chrono::steady_clock::now() + 10s);
  REQUIRE(status);
  CHECK_EQ(status->text(), "killed by SIGTERM");
  CHECK_EQ(process.wait().text(), "killed by SIGTERM");
}

TEST_CASE("a child that somebody else waited for has ended, with an unknown status") {
  for (const bool wait : {true, false}) {
    Process process({.argv = {"sh", "-c", "exit 3"}});
    REQUIRE(::waitpid(process.pid(), nullptr, 0) == process.pid());
    const auto start = std::chrono::steady_clock::now();
    const auto status = wait ? process.wait() : process.wait_until(start + 1h);
    REQUIRE(status);
    CHECK_FALSE(status->known());
    CHECK_FALSE(status->success());
    CHECK(status->signal() == 0);
    CHECK(status->shell_code() == 127);
    CHECK(status->text().find("SIGCHLD") != std::string::npos);
    CHECK_FALSE(process.exit_fd());
  }
}

TEST_CASE("a program is found on a path as the shell finds it") {
  CHECK_EQ(find_executable("sh", "/nowhere:/bin:/usr/bin"), "/bin/sh");
  CHECK_EQ(find_executable("sh", "/nowhere"), "");
  CHECK_EQ(find_executable("/bin/sh", ""), "/bin/sh");
  CHECK_EQ(find_executable("/etc/passwd", ""), "");
  CHECK_EQ(find_executable("etc", "/"), "");  // A folder.
  CHECK_EQ(find_executable("", "/bin"), "");
}

TEST_CASE("signals without a name show their number") {
  CHECK_EQ(signal_name(SIGTERM), "SIGTERM");
  CHECK_EQ(signal_name(1000), "signal 1000");
}

TEST_SUITE_END();
