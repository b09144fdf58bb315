// SPDX-License-Identifier: Apache-2.0
//
// Faults of every kind at random, and a pool that many threads share for a while. PY4CPP_FAULTS
// (60) says how many faults, PY4CPP_SOAK_SECONDS (3) how long; PY4CPP_SEED repeats a run.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <fstream>
#include <random>
#include <thread>

#include "base/error.hpp"
#include "failing_forks.hpp"
#include "runner/barrier_stage.hpp"
#include "runner/prewarm.hpp"
#include "tests/support/settings.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;
using py4cpp::test::setting;
using std::chrono::milliseconds;

namespace {

using Texts = std::vector<std::string>;

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
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

 private:
  const std::filesystem::path root_;
  const TempDir folder_;
  const std::size_t threads_ = entries("/proc/self/task");
};

// One thread's part: its own random numbers, and workers that all share.
class Actor {
 public:
  Actor(Workers& workers, const Interpreter& interpreter, unsigned seed)
      : workers_(workers), factory_(workers.factories().get(interpreter.python)), random_(seed) {}

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

  // Does some work, as an engine would: again when a worker was lost, for a minute at most (others
  // may keep the daemon from forking meanwhile). False when it is wrong.
  bool work() {
    Texts input(1 + below(20));
    Texts expected;
    for (std::string& text : input) {
      text.assign(1 + below(20'000), static_cast<char>('a' + below(26)));
      expected.emplace_back(text.size(), static_cast<char>(text.front() - 'a' + 'A'));
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (true) {
      try {
        return workers_.run("upper", input) == expected;
      } catch (const Error& error) {
        if (std::chrono::steady_clock::now() > deadline) {
          MESSAGE("given up: ", error.what());
          return false;
        }
        std::this_thread::yield();
      }
    }
  }

  void do_harm(const FailingForks& forks) {
    switch (below(8)) {
      case 0:
      case 1:
      case 2:
        return fail_task();
      case 3:
        return cancel_task();
      case 4:
        return kill_worker();
      case 5:
        if (const auto daemon = factory_.daemon()) ::kill(daemon->pid, SIGKILL);
        return;
      case 6:
        forks.begin();
        run_to_failure("upper", {"a"});
        return forks.end();
      case 7:
        return give_up_task();
    }
  }

  // Raises, or loses its worker, while it reads or writes.
  void fail_task() {
    constexpr const char* kinds[] = {"killed", "exits",  "crashes",    "aborts",
                                     "raises", "memory", "descriptors"};
    Texts input(1 + below(30), std::string(100'000, 'x'));
    input.front() =
        std::string(below(2) == 0 ? "reading " : "writing ") + kinds[below(std::size(kinds))];
    run_to_failure("fault", input);
  }

  void cancel_task() {
    const auto cancel = std::make_shared<CancelToken>();
    try {
      const auto task =
          workers_.start("fault", {below(2) == 0 ? "writing hangs" : "writing stuck"}, cancel);
      if (below(2) == 0) task->next();
      cancel->cancel("enough");
      // Whether anybody reads it or not.
      if (below(2) == 0) read_all(*task);
    } catch (const Error&) {
      // It was cancelled, or lost before.
    }
  }

  void kill_worker() {
    const std::vector<WorkerInfo> all = factory_.workers();
    if (all.empty()) return;
    const pid_t pid = all[below(all.size())].pid;
    if (below(2) == 0) {
      factory_.stop_worker(pid);
    } else if (below(4) > 0) {
      ::kill(pid, SIGKILL);
    } else {
      ::kill(pid, SIGTERM);
    }
  }

  void give_up_task() {
    try {
      const auto task = workers_.start("megabytes", {"3", "2", "1"});
      if (below(2) == 0) task->next();
    } catch (const Error&) {
      // No worker could be had.
    }
  }

  void run_to_failure(const std::string& name, const Texts& input) {
    try {
      workers_.run(name, input);
    } catch (const Error&) {
      // As it should be; what counts is the work of the others.
    }
  }

  bool raises() {
    try {
      workers_.run("boom", {"a"});
      return false;
    } catch (const PythonError&) {
      return true;
    }
  }

  // One of the things that tasks do all day; false when it went wrong.
  bool some_task() {
    switch (below(8)) {
      case 0:
        return raises();
      case 1:
        return workers_.run("first_three", Texts(5'000, "abc")) == Texts(3, "abc");
      case 2:
        return workers_.run("megabytes", {"2"}).front().size() == std::size_t{2} << 20;
      case 3:
        cancel_task();
        return true;
      case 4:
        return gather();
      case 5:
        return workers_.run("ignore_input", {}) == Texts{"done"} &&
               !prometheus_text(workers_.factories().metrics()).empty();
      default:
        return work();
    }
  }

  bool gather() {
    BarrierStage stage(workers_.factories(), {.tasks = 1});
    const PythonRunner runner(workers_.factories(), workers_.function("gather_twice"));
    TaskContext context;
    context.barrier = true;
    context.barrier_server = stage.server(0);
    return read_all(*runner.compute(source({"a"}), context)) == Texts{"a,1"};
  }

 private:
  Workers& workers_;
  WorkerFactory& factory_;
  std::mt19937 random_;
};

void run_faults(const Interpreter& interpreter, int faults, unsigned seed) {
  constexpr int threads = 4;
  const NothingLeft nothing_left;
  const FailingForks forks;
  Workers workers(interpreter, {.environment = forks.environment(),
                                .memory_mb = 2048,
                                .stop_ms_max = milliseconds(500),
                                .cancel_kill_ms_max = milliseconds(20)});
  std::atomic<int> left = faults;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> actors;
  for (unsigned i = 0; i < threads; ++i) {
    actors.emplace_back([&, i] {
      Actor actor(workers, interpreter, seed + i);
      while (left.fetch_sub(1) > 0) {
        actor.do_harm(forks);
        if (!actor.work()) ++wrong;
      }
    });
  }
  actors.clear();
  CHECK(wrong == 0);
  CHECK(workers.stats().live == workers.stats().idle);
}

}  // namespace

TEST_SUITE("endurance") {
  TEST_CASE("after random faults all results are right and nothing is left") {
    const auto seed = static_cast<unsigned>(setting("PY4CPP_SEED", 1));
    const int faults = setting("PY4CPP_FAULTS", 60);
    const auto count = static_cast<int>(interpreters().size());
    for (const Interpreter& interpreter : interpreters()) {
      CAPTURE(interpreter.release.text());
      CAPTURE(seed);
      { const Workers functions(interpreter); }  // their folder stays for the whole run
      run_faults(interpreter, faults / count, seed);
    }
  }

  TEST_CASE("a pool that many threads share gives each of them what is right") {
    constexpr unsigned threads = 16;
    const auto seed = static_cast<unsigned>(setting("PY4CPP_SEED", 1));
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::seconds(setting("PY4CPP_SOAK_SECONDS", 3));
    const Interpreter& interpreter = interpreters().front();
    { const Workers functions(interpreter); }
    const NothingLeft nothing_left;
    Workers workers(interpreter, {.idle_workers_max = 12,
                                  .idle_ms_max = milliseconds(2'000),
                                  .cancel_kill_ms_max = milliseconds(20)});
    std::atomic<int> tasks = 0;
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> actors;
    for (unsigned i = 0; i < threads; ++i) {
      actors.emplace_back([&, i] {
        Actor actor(workers, interpreter, seed + i);
        do {
          if (!actor.some_task()) ++wrong;
          ++tasks;
        } while (std::chrono::steady_clock::now() < end);
      });
    }
    actors.clear();
    MESSAGE("tasks: ", tasks.load());
    CHECK(wrong == 0);
    CHECK(workers.stats().live == workers.stats().idle);
    CHECK(workers.stats().daemon_starts == 1);
  }
}
