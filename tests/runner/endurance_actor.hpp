// SPDX-License-Identifier: Apache-2.0
//
// What the threads of an endurance test do all day: tasks at random, whose results they check.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "secrets.hpp"
#include "worker_fixture.hpp"

namespace py4cpp::runner::test {

/// What the threads share: workers, and broadcasts that lie encrypted on disk.
class EnduranceSite {
 public:
  EnduranceSite(const Interpreter& interpreter, const WorkerOptions& options);

  /// What a worker reads of a broadcast whose value is 111, and of one that is damaged.
  std::vector<std::string> read_whole() { return read(whole_); }
  std::vector<std::string> read_damaged() { return read(damaged_); }

  Workers workers;
  WorkerFactory& factory;

 private:
  std::vector<std::string> read(const std::shared_ptr<const Broadcast>& broadcast);

  Secrets secrets_;
  const std::shared_ptr<BroadcastServer> server_;
  const std::shared_ptr<const Broadcast> whole_;
  const std::shared_ptr<const Broadcast> damaged_;
};

/// One thread's part: its own random numbers.
class Actor {
 public:
  /// `site` outlives the actor.
  Actor(EnduranceSite& site, unsigned seed) : site_(site), random_(seed) {}

  /// A number below `bound`.
  std::size_t below(std::size_t bound);

  /// Does some work, as an engine would: again when a worker was lost, for a minute at most (others
  /// may keep the daemon from forking meanwhile). False when it is wrong.
  bool work();

  /// One of the things that tasks do all day, those that raise or are cancelled among them. False
  /// when it went wrong.
  bool some_task();

 private:
  bool attempt();
  bool shout();
  bool gather();
  bool read_broadcast();
  bool raises();
  bool cancelled();

  EnduranceSite& site_;
  std::mt19937 random_;
};

}  // namespace py4cpp::runner::test
