// SPDX-License-Identifier: Apache-2.0
#include "saboteur.hpp"

#include <signal.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "base/error.hpp"

namespace py4cpp::runner::test {
namespace {

// Idle workers are taken first: there are never so many.
constexpr std::size_t held_max = 64;

template <typename Action>
bool fails(const Action& action, const char* text) {
  try {
    action();
    return false;
  } catch (const Error& error) {
    return std::string(error.what()).find(text) != std::string::npos;
  }
}

}  // namespace

std::span<const Saboteur::Kind> Saboteur::kinds() {
  static constexpr Kind all[] = {
      {"killed", &Saboteur::fail_task, "was killed or crashed"},
      {"exits", &Saboteur::fail_task, "was killed or crashed"},
      {"crashes", &Saboteur::fail_task, "Segmentation fault"},
      {"aborts", &Saboteur::fail_task, "Aborted"},
      {"raises", &Saboteur::fail_task, "raised on purpose"},
      {"memory", &Saboteur::fail_task, "MemoryError"},
      {"descriptors", &Saboteur::fail_task, "Too many open files"},
      {"full", &Saboteur::fail_task, "No space left on device"},
      {"hangs and is cancelled", &Saboteur::cancel_task, "enough"},
      {"given up", &Saboteur::give_up_task, ""},
      {"damaged broadcast", &Saboteur::damage_broadcast, "EOFError"},
      {"stopped", &Saboteur::stop_worker, ""},
      {"killed from outside", &Saboteur::kill_worker, ""},
      {"daemon killed", &Saboteur::kill_daemon, ""},
      {"no memory to fork", &Saboteur::starve_forks,
       "cannot fork a worker: Cannot allocate memory"},
      {"no right to fork", &Saboteur::forbid_forks, "does not fork workers either"},
  };
  return all;
}

bool Saboteur::strike(const Kind& kind) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < deadline) {
    try {
      if ((this->*kind.strike)(kind)) return true;
    } catch (const Error&) {
      // Another fault came first.
    }
    std::this_thread::yield();
  }
  return false;
}

// Raises, or loses its worker, while it reads or writes.
bool Saboteur::fail_task(const Kind& kind) {
  std::vector<std::string> input(1 + actor_.below(30), std::string(100'000, 'x'));
  input.front() = std::string(coin() ? "reading " : "writing ") + kind.name;
  return fails([&] { site_.workers.run("fault", input); }, kind.text);
}

bool Saboteur::cancel_task(const Kind& kind) {
  const auto cancel = std::make_shared<CancelToken>();
  const auto task =
      site_.workers.start("fault", {coin() ? "writing hangs" : "writing stuck"}, cancel);
  if (coin()) task->next();
  cancel->cancel(kind.text);
  return coin() || fails([&] { read_all(*task); }, kind.text);  // whether anybody reads it or not
}

bool Saboteur::give_up_task(const Kind&) {
  const auto task = site_.workers.start("megabytes", {"3", "2", "1"});
  if (coin()) task->next();
  return true;
}

bool Saboteur::damage_broadcast(const Kind& kind) {
  return fails([&] { site_.read_damaged(); }, kind.text);
}

bool Saboteur::stop_worker(const Kind&) {
  const pid_t pid = some_worker();
  return pid > 0 && site_.factory.stop_worker(pid);
}

bool Saboteur::kill_worker(const Kind&) {
  const pid_t pid = some_worker();
  return pid > 0 && ::kill(pid, actor_.below(4) > 0 ? SIGKILL : SIGTERM) == 0;
}

bool Saboteur::kill_daemon(const Kind&) {
  const auto daemon = site_.factory.daemon();
  return daemon && ::kill(daemon->pid, SIGKILL) == 0;
}

bool Saboteur::starve_forks(const Kind& kind) { return fail_fork(ENOMEM, kind.text); }

bool Saboteur::forbid_forks(const Kind& kind) { return fail_fork(EAGAIN, kind.text); }

// Asks for workers until one has to be forked.
bool Saboteur::fail_fork(int error, const char* text) {
  const std::lock_guard lock(forks_.mutex);
  forks_.failing.begin(error);
  std::vector<std::unique_ptr<PythonTask>> held;
  const bool failed = fails(
      [&] {
        while (held.size() < held_max) held.push_back(site_.workers.start("identity", {}));
      },
      text);
  forks_.failing.end();
  return failed;
}

pid_t Saboteur::some_worker() {
  const std::vector<WorkerInfo> all = site_.factory.workers();
  return all.empty() ? 0 : all[actor_.below(all.size())].pid;
}

}  // namespace py4cpp::runner::test
