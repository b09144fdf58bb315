// SPDX-License-Identifier: Apache-2.0
//
// Faults of every kind, which harm a pool of workers while others work with it.
#pragma once

#include <cstddef>
#include <mutex>
#include <span>

#include "endurance_actor.hpp"
#include "failing_forks.hpp"

namespace py4cpp::runner::test {

/// Forks that fail for everybody, one cause at a time.
struct SharedForks {
  FailingForks failing;
  std::mutex mutex;
};

/// One thread's faults. It chooses at random what a kind leaves open.
class Saboteur {
 public:
  /// A way to do harm, which says whether it took effect.
  struct Kind {
    const char* name;
    bool (Saboteur::*strike)(const Kind& kind);
    /// Part of the error of the task that it strikes.
    const char* text;
  };
  static std::span<const Kind> kinds();

  /// All outlive it.
  Saboteur(EnduranceSite& site, Actor& actor, SharedForks& forks)
      : site_(site), actor_(actor), forks_(forks) {}

  /// Makes a fault happen, again until it took effect: others may be in its way. False when it
  /// could not be had within a minute.
  bool strike(const Kind& kind);

 private:
  bool coin() { return actor_.below(2) == 0; }

  bool fail_task(const Kind& kind);
  bool cancel_task(const Kind& kind);
  bool give_up_task(const Kind& kind);
  bool damage_broadcast(const Kind& kind);
  bool stop_worker(const Kind& kind);
  bool kill_worker(const Kind& kind);
  bool kill_daemon(const Kind& kind);
  bool starve_forks(const Kind& kind);
  bool forbid_forks(const Kind& kind);
  bool fail_fork(int error, const char* text);
  pid_t some_worker();

  EnduranceSite& site_;
  Actor& actor_;
  SharedForks& forks_;
};

}  // namespace py4cpp::runner::test
