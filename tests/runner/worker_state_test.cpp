// SPDX-License-Identifier: Apache-2.0
//
// The life of a worker, walked without a process, a socket or a clock.
#include "runner/pool/worker_state.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace py4cpp::runner;

namespace {

constexpr std::initializer_list<WorkerEvent> all_events = {
    WorkerEvent::started,      WorkerEvent::authenticated, WorkerEvent::leased,
    WorkerEvent::task_clean,   WorkerEvent::task_early,    WorkerEvent::task_raised,
    WorkerEvent::task_aborted, WorkerEvent::lost,          WorkerEvent::expired};

WorkerLife busy(WorkerTraits traits = {.authenticates = false, .reusable = true}) {
  WorkerLife life(traits);
  life.on(WorkerEvent::started);
  if (traits.authenticates) life.on(WorkerEvent::authenticated);
  life.on(WorkerEvent::leased);
  return life;
}

}  // namespace

TEST_SUITE("worker life") {
  TEST_CASE("a worker with a secret is not ready before it took the secret") {
    WorkerLife life({.authenticates = true, .reusable = true});
    CHECK(life.on(WorkerEvent::started) == WorkerAction::none);
    CHECK(life.state() == WorkerState::authenticating);
    CHECK(life.on(WorkerEvent::authenticated) == WorkerAction::none);
    CHECK(life.state() == WorkerState::ready);
  }

  TEST_CASE("a worker without a secret is ready at once") {
    WorkerLife life({.authenticates = false, .reusable = true});
    CHECK(life.on(WorkerEvent::started) == WorkerAction::none);
    CHECK(life.state() == WorkerState::ready);
  }

  TEST_CASE("only a clean end brings a worker back") {
    WorkerLife life = busy();
    for (int task = 0; task < 3; ++task) {
      CHECK(life.on(WorkerEvent::task_clean) == WorkerAction::keep);
      CHECK(life.state() == WorkerState::ready);
      CHECK(life.on(WorkerEvent::leased) == WorkerAction::none);
    }
    for (const WorkerEvent event : all_events) {
      if (event == WorkerEvent::task_clean) continue;
      WorkerLife other = busy();
      CHECK(other.on(event) != WorkerAction::keep);
      CHECK(other.state() == WorkerState::ended);
    }
  }

  TEST_CASE("a worker for one task ends after it") {
    WorkerLife life = busy({.authenticates = false, .reusable = false});
    CHECK(life.on(WorkerEvent::task_clean) == WorkerAction::close);
    CHECK(life.state() == WorkerState::ended);
  }

  TEST_CASE("a worker that waits for the end of its connection is not killed") {
    CHECK(busy().on(WorkerEvent::task_raised) == WorkerAction::close);
  }

  TEST_CASE("a worker that lost its connection is killed, for it may go on without") {
    CHECK(busy().on(WorkerEvent::lost) == WorkerAction::kill);
  }

  TEST_CASE("a worker in the middle of something is killed") {
    CHECK(busy().on(WorkerEvent::task_aborted) == WorkerAction::kill);
    CHECK(busy().on(WorkerEvent::task_early) == WorkerAction::kill);
  }

  TEST_CASE("idle workers are killed when they are lost and retired when they expire") {
    WorkerLife dead({.authenticates = false, .reusable = true});
    dead.on(WorkerEvent::started);
    CHECK(dead.on(WorkerEvent::lost) == WorkerAction::kill);
    WorkerLife old({.authenticates = false, .reusable = true});
    old.on(WorkerEvent::started);
    CHECK(old.on(WorkerEvent::expired) == WorkerAction::retire);
    CHECK(busy().on(WorkerEvent::expired) == WorkerAction::kill);
  }

  TEST_CASE("whatever happens out of turn kills the worker") {
    for (const WorkerEvent event : all_events) {
      if (event == WorkerEvent::started) continue;
      WorkerLife life({});
      CHECK(life.on(event) == WorkerAction::kill);
      CHECK(life.state() == WorkerState::ended);
    }
    CHECK(busy().on(WorkerEvent::leased) == WorkerAction::kill);
    CHECK(busy().on(WorkerEvent::started) == WorkerAction::kill);
  }

  TEST_CASE("an ended worker stays ended") {
    WorkerLife life = busy();
    life.on(WorkerEvent::task_aborted);
    for (const WorkerEvent event : all_events) {
      CHECK(life.on(event) == WorkerAction::none);
      CHECK(life.state() == WorkerState::ended);
    }
  }
}
