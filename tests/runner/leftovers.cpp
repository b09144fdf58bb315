// SPDX-License-Identifier: Apache-2.0
#include "leftovers.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace py4cpp::runner::test {
namespace {

// Those that were adopted, too. A process that another thread starts or reaps may be left out.
std::vector<int> all_children() {
  std::vector<int> found;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream list(task.path() / "children");
    int id = 0;
    while (list >> id) found.push_back(id);
  }
  return found;
}

// The processes that we start lead their group or stay in ours. A group outlives its leader.
bool is_orphan(int id) {
  const pid_t group = ::getpgid(id);
  return group >= 0 && group != id && group != ::getpgrp();
}

// The kernel's word, where a list might lack somebody.
bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

}  // namespace

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

std::vector<int> children() {
  std::vector<int> found;
  for (const int id : all_children()) {
    if (!is_orphan(id)) found.push_back(id);
  }
  return found;
}

std::vector<int> orphans() {
  std::vector<int> found;
  for (const int id : all_children()) {
    if (is_orphan(id) && ::waitpid(id, nullptr, WNOHANG) == 0) found.push_back(id);
  }
  return found;
}

bool process_exists(int id) {
  if (::waitpid(id, nullptr, WNOHANG) == id) return false;
  return ::kill(id, 0) == 0;
}

NothingIsLeft::~NothingIsLeft() {
  // Our own children were waited for. Their children may be on their way to the end.
  CHECK(children().empty());
  CHECK(eventually([] { return orphans().empty() && !has_children(); }));
  CHECK(open_descriptors() == descriptors_before_);
}

}  // namespace py4cpp::runner::test
