// SPDX-License-Identifier: Apache-2.0
#include "endurance_actor.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "runner/barrier_stage.hpp"

namespace py4cpp::runner::test {
namespace {

using Texts = std::vector<std::string>;

}  // namespace

EnduranceSite::EnduranceSite(const Interpreter& interpreter, const WorkerOptions& options)
    : workers(interpreter, options),
      factory(workers.factories().get(interpreter.python)),
      secrets_(workers.folder()),
      server_(std::make_shared<EncryptedBroadcasts>(workers.factories(), secrets_.key)),
      whole_(secrets_.broadcast(5, "first-broadcast")),
      damaged_(secrets_.damaged(6, "first-broadcast")) {}

Texts EnduranceSite::read(const std::shared_ptr<const Broadcast>& broadcast) {
  PythonFunction function = workers.function("broadcasts");
  function.broadcasts = {broadcast};
  const PythonRunner runner(workers.factories(), function, {.broadcast_server = server_});
  return read_all(*runner.compute(source({std::to_string(broadcast->id)}), {}));
}

std::size_t Actor::below(std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
}

bool Actor::work() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (true) {
    try {
      return attempt();
    } catch (const Error& error) {
      if (std::chrono::steady_clock::now() > deadline) {
        MESSAGE("given up: ", error.what());
        return false;
      }
      std::this_thread::yield();
    }
  }
}

bool Actor::attempt() {
  switch (below(4)) {
    case 0:
      return gather();
    case 1:
      return read_broadcast();
    default:
      return shout();
  }
}

bool Actor::some_task() {
  switch (below(9)) {
    case 0:
      return raises();
    case 1:
      return site_.workers.run("first_three", Texts(5'000, "abc")) == Texts(3, "abc");
    case 2:
      return site_.workers.run("megabytes", {"2"}).front().size() == std::size_t{2} << 20;
    case 3:
      return cancelled();
    case 4:
      return site_.workers.run("ignore_input", {}) == Texts{"done"} &&
             !prometheus_text(site_.workers.factories().metrics()).empty();
    default:
      return work();
  }
}

bool Actor::shout() {
  Texts input(1 + below(20));
  Texts expected;
  for (std::string& text : input) {
    text.assign(1 + below(20'000), static_cast<char>('a' + below(26)));
    expected.emplace_back(text.size(), static_cast<char>(text.front() - 'a' + 'A'));
  }
  return site_.workers.run("upper", input) == expected;
}

bool Actor::gather() {
  WorkerFactories& factories = site_.workers.factories();
  BarrierStage stage(factories, {.tasks = 1});
  const PythonRunner runner(factories, site_.workers.function("gather_twice"));
  TaskContext context;
  context.barrier = true;
  context.barrier_server = stage.server(0);
  return read_all(*runner.compute(source({"a"}), context)) == Texts{"a,1"};
}

bool Actor::read_broadcast() { return site_.read_whole() == Texts{"111"}; }

bool Actor::raises() {
  try {
    site_.workers.run("boom", {"a"});
    return false;
  } catch (const PythonError&) {
    return true;
  }
}

bool Actor::cancelled() {
  const auto cancel = std::make_shared<CancelToken>();
  const auto task =
      site_.workers.start("fault", {below(2) == 0 ? "writing hangs" : "writing stuck"}, cancel);
  if (below(2) == 0) task->next();
  cancel->cancel("enough");
  if (below(2) == 0) return true;  // though nobody reads it
  try {
    read_all(*task);
    return false;
  } catch (const TaskCancelled&) {
    return true;
  }
}

}  // namespace py4cpp::runner::test
