// SPDX-License-Identifier: Apache-2.0
#include "tests/py4j/lifetimes.hpp"

#include <unistd.h>

#include <boost/core/demangle.hpp>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace py4j_peer {

namespace {

/// All counts of the program. They register before main begins.
std::vector<const LiveCount*>& all_counts() {
  static std::vector<const LiveCount*> counts;
  return counts;
}

LiveCount proxies_left("Python objects");

struct Launched {
  std::mutex mutex;
  std::vector<std::jthread> threads;  // Guarded by the mutex.
};

Launched& launched() {
  static Launched threads;
  return threads;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

LiveCount::LiveCount(std::string kind) : kind_(std::move(kind)) { all_counts().push_back(this); }

LiveCount::LiveCount(const std::type_info& type)
    : LiveCount(boost::core::demangle(type.name()) + " objects") {}

void launch(std::function<void(std::stop_token)> function) {
  const std::lock_guard lock(launched().mutex);
  launched().threads.emplace_back(std::move(function));
}

void end(py4cpp::Gateway& gateway) {
  gateway.stop();
  std::vector<std::jthread> ending;
  {
    const std::lock_guard lock(launched().mutex);
    ending.swap(launched().threads);
  }
  ending.clear();  // Asks each of them to end and waits for it.
  proxies_left.add(static_cast<long>(gateway.metrics().proxies));
}

Report::Report(std::string_view program) {
  const auto folder = variable("PY4J_PEER_REPORTS");
  if (folder.empty()) return;
  path_ = folder + "/" + std::to_string(::getpid());
  std::ofstream(path_) << "test " << variable("PYTEST_CURRENT_TEST") << "\nprogram " << program
                       << "\n";
}

void Report::finish() const {
  if (path_.empty()) return;
  std::ofstream report(path_, std::ios::app);
  for (const LiveCount* each : all_counts())
    if (each->count() != 0) report << "left " << each->count() << " " << each->kind() << "\n";
  report << "ended\n";
}

}  // namespace py4j_peer
