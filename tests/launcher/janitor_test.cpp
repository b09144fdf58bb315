// SPDX-License-Identifier: Apache-2.0
#include "launcher/janitor.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/socket.hpp"
#include "support.hpp"

using namespace py4cpp;
using namespace py4cpp::launcher;

namespace {

Process sleeper(const Environment& environment) {
  return Process({.argv = {"/bin/sleep", "600"}, .environment = environment});
}

}  // namespace

TEST_SUITE_BEGIN("launcher janitor");

TEST_CASE("marked processes are killed, others are not") {
  Process marked = sleeper({{mark_variable, "janitor-test"}});
  Process other = sleeper({{mark_variable, "janitor-test-other"}});
  Process driver = sleeper({{driver_mark_variable, "janitor-test"}});
  CHECK_EQ(kill_marked(mark_variable, "janitor-test"), 1);
  CHECK_EQ(marked.wait().text(), "killed by SIGKILL");
  CHECK_FALSE(other.try_wait());
  CHECK_FALSE(driver.try_wait());
  CHECK_EQ(kill_marked(mark_variable, "janitor-test"), 0);
  CHECK_EQ(kill_marked(driver_mark_variable, "janitor-test"), 1);
}

TEST_CASE("an orderly end leaves no child, no folder and no janitor, but what a driver started") {
  TempDir folder(default_temp_root(), "py4cpp-test-");
  const std::filesystem::path path = folder.release();
  Process child;
  Process driver;
  {
    const Janitor janitor(path);
    child = sleeper(current_environment());
    driver = sleeper({{driver_mark_variable, janitor.mark()}});
    CHECK_FALSE(child.try_wait());
  }
  ::unsetenv(mark_variable);
  CHECK_EQ(child.wait().text(), "killed by SIGKILL");
  CHECK_FALSE(driver.try_wait());
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("when its owner is killed the janitor ends children and drivers and removes folders") {
  TempDir folder(default_temp_root(), "py4cpp-test-");
  TempDir later(default_temp_root(), "py4cpp-test-");
  Pipe child_alive = make_pipe();
  Pipe ready = make_pipe();
  const pid_t owner = ::fork();
  if (owner == 0) {
    Janitor janitor(folder.path());
    janitor.also_remove(later.path());
    Process child(
        ProcessOptions{.argv = {"/bin/sleep", "600"}, .stdout_fd = child_alive.write_end.get()});
    Process driver(
        ProcessOptions{.argv = {"/bin/sleep", "600"},
                       .environment = Environment{{driver_mark_variable, janitor.mark()}},
                       .stdout_fd = child_alive.write_end.get()});
    write_all(ready.write_end, std::as_bytes(std::span("x", 1)));
    ::raise(SIGKILL);
  }
  child_alive.write_end.reset();
  ready.write_end.reset();
  std::array<std::byte, 1> byte{};
  CHECK(read_exact(ready.read_end, byte));
  CHECK_FALSE(read_exact(child_alive.read_end, byte));  // Ends with the last writer.
  ::waitpid(owner, nullptr, 0);
  while (std::filesystem::exists(folder.path()) || std::filesystem::exists(later.path()))
    std::this_thread::yield();
}

TEST_SUITE_END();
