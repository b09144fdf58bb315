// SPDX-License-Identifier: Apache-2.0
//
// Faults of every kind in any order, and a pool that many threads share for a while. PY4CPP_FAULTS
// (64) says how many faults, PY4CPP_SOAK_SECONDS (3) how long; PY4CPP_SEED repeats a run.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "endurance_actor.hpp"
#include "runner/prewarm.hpp"
#include "saboteur.hpp"
#include "tests/support/settings.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using py4cpp::test::setting;
using std::chrono::milliseconds;

namespace {

namespace fs = std::filesystem;

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

// Whatever is written to the folder for temporary files must be gone at the end, and all threads.
class NothingLeft {
 public:
  NothingLeft() : root_(default_temp_root()), folder_(root_, "py4cpp-endurance-") {
    ::setenv("TMPDIR", folder_.path().c_str(), 1);
  }
  ~NothingLeft() {
    CHECK(entries(folder_.path()) == 0);
    CHECK(eventually([&] { return entries("/proc/self/task") == threads_; }));
    ::setenv("TMPDIR", root_.c_str(), 1);
  }

  const fs::path& folder() const { return folder_.path(); }

 private:
  const fs::path root_;
  const TempDir folder_;
  const std::size_t threads_ = entries("/proc/self/task");
};

// Each worker has a file for its crash report: those that are gone have none.
void check_crash_reports(const fs::path& temp, WorkerFactory& factory) {
  std::vector<std::string> alive;
  for (const WorkerInfo& worker : factory.workers()) alive.push_back(std::to_string(worker.pid));
  std::size_t folders = 0;
  for (const auto& folder : fs::directory_iterator(temp)) {
    if (!folder.path().filename().string().starts_with("py4cpp-faults-")) continue;
    ++folders;
    for (const auto& file : fs::directory_iterator(folder)) {
      CAPTURE(file.path());
      CHECK(std::find(alive.begin(), alive.end(), file.path().filename()) != alive.end());
    }
  }
  CHECK(folders == 1);
}

// Every kind in turn, so often that it makes `count`, in any order.
std::vector<Saboteur::Kind> plan(int count, unsigned seed) {
  const auto kinds = Saboteur::kinds();
  std::vector<Saboteur::Kind> made;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    made.push_back(kinds[i % kinds.size()]);
  }
  std::shuffle(made.begin(), made.end(), std::mt19937(seed));
  return made;
}

void run_faults(const Interpreter& interpreter, const std::vector<Saboteur::Kind>& faults,
                unsigned seed) {
  constexpr unsigned threads = 4;
  const NothingLeft nothing_left;
  SharedForks forks;
  EnduranceSite site(interpreter, {.environment = forks.failing.environment(),
                                   .memory_mb = 2048,
                                   .stop_ms_max = milliseconds(500),
                                   .faulthandler = true,
                                   .cancel_kill_ms_max = milliseconds(20)});
  std::atomic<std::size_t> next = 0;
  std::atomic<int> wrong = 0;
  std::mutex mutex;
  std::map<std::string, int> effective;
  std::vector<std::jthread> actors;
  for (unsigned i = 0; i < threads; ++i) {
    actors.emplace_back([&, i] {
      Actor actor(site, seed + i);
      Saboteur saboteur(site, actor, forks);
      for (std::size_t at = next++; at < faults.size(); at = next++) {
        if (saboteur.strike(faults[at])) {
          const std::lock_guard lock(mutex);
          ++effective[faults[at].name];
        }
        if (!actor.work()) ++wrong;
      }
    });
  }
  actors.clear();
  CHECK(wrong == 0);
  CHECK(site.workers.stats().live == site.workers.stats().idle);
  check_crash_reports(nothing_left.folder(), site.factory);
  std::string counts;
  for (const Saboteur::Kind& kind : Saboteur::kinds()) {
    CAPTURE(kind.name);
    const auto planned = std::count_if(faults.begin(), faults.end(),
                                       [&](const auto& other) { return other.name == kind.name; });
    CHECK(effective[kind.name] == planned);
    counts += std::string("\n  ") + kind.name + ": " + std::to_string(effective[kind.name]);
  }
  MESSAGE("faults that took effect:", counts);
}

void soak(const Interpreter& interpreter, std::chrono::seconds duration, unsigned seed) {
  constexpr unsigned threads = 16;
  const auto end = std::chrono::steady_clock::now() + duration;
  const NothingLeft nothing_left;
  EnduranceSite site(interpreter, {.idle_workers_max = 12,
                                   .idle_ms_max = milliseconds(2'000),
                                   .cancel_kill_ms_max = milliseconds(20)});
  std::atomic<int> tasks = 0;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> actors;
  for (unsigned i = 0; i < threads; ++i) {
    actors.emplace_back([&, i] {
      Actor actor(site, seed + i);
      do {
        if (!actor.some_task()) ++wrong;
        ++tasks;
      } while (std::chrono::steady_clock::now() < end);
    });
  }
  actors.clear();
  MESSAGE("tasks: ", tasks.load());
  CHECK(wrong == 0);
  CHECK(site.workers.stats().live == site.workers.stats().idle);
  CHECK(site.workers.stats().daemon_starts == 1);
}

}  // namespace

TEST_SUITE("endurance") {
  TEST_CASE("after random faults all results are right and nothing is left") {
    const auto seed = static_cast<unsigned>(setting("PY4CPP_SEED", 1));
    const int faults = setting("PY4CPP_FAULTS", 64);
    const auto count = static_cast<int>(interpreters().size());
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      CAPTURE(seed);
      { const Workers functions(interpreter); }  // their folder stays for the whole run
      run_faults(interpreter, plan(faults / count, seed), seed);
    }
  }

  TEST_CASE("a pool that many threads share gives each of them what is right") {
    const auto seed = static_cast<unsigned>(setting("PY4CPP_SEED", 1));
    const std::chrono::seconds duration(setting("PY4CPP_SOAK_SECONDS", 3));
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      CAPTURE(seed);
      { const Workers functions(interpreter); }
      soak(interpreter, duration, seed);
    }
  }
}
