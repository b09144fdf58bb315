// SPDX-License-Identifier: Apache-2.0
#include "launcher/janitor.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/socket.hpp"
#include "support.hpp"

using namespace py4cpp;
using namespace py4cpp::launcher;
using namespace std::chrono_literals;

namespace {

Process sleeper(const Environment& environment) {
  return Process({.argv = {"/bin/sleep", "600"}, .environment = environment});
}

}  // namespace

TEST_SUITE_BEGIN("launcher janitor");

TEST_CASE("marked processes are killed, others are not") {
  Process marked = sleeper({{mark_variable, "janitor-test"}});
  Process other = sleeper({{mark_variable, "janitor-test-other"}});
  CHECK_EQ(kill_marked("janitor-test"), 1);
  CHECK_EQ(marked.wait().text(), "killed by SIGKILL");
  CHECK_FALSE(other.try_wait());
  CHECK_EQ(kill_marked("janitor-test"), 0);
}

TEST_CASE("when its owner goes the janitor ends the children and removes the folder") {
  TempDir folder(default_temp_root(), "py4cpp-test-");
  const std::filesystem::path path = folder.release();
  Process child;
  {
    const Janitor janitor(path);
    Environment environment = current_environment();
    REQUIRE_EQ(environment.count(mark_variable), 1);
    child = sleeper(environment);
    CHECK_FALSE(child.try_wait());
  }
  ::unsetenv(mark_variable);
  const auto status = child.wait_until(after(10s));
  REQUIRE(status);
  CHECK_EQ(status->text(), "killed by SIGKILL");
  while (std::filesystem::exists(path)) std::this_thread::yield();
}

TEST_SUITE_END();
