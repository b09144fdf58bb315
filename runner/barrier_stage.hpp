// SPDX-License-Identifier: Apache-2.0
//
// The server behind `BarrierTaskContext.barrier()` and `.allGather()`: tasks of one stage that wait
// for each other. Make one for each attempt of a barrier stage, and put `server(i)` into the
// context of task i:
//
//   BarrierStage stage(factories, {.tasks = 4});
//   runner.compute(input, {.partition_id = i, .barrier = true, .barrier_server = stage.server(i)});
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "python_function.hpp"
#include "worker_factories.hpp"

namespace py4cpp::runner {

struct BarrierOptions {
  /// All of them must run at the same time.
  std::size_t tasks = 1;
  /// The longest message of one task's `allGather`.
  std::size_t message_bytes_max = std::size_t{16} << 20;
  /// From a connection to its request.
  std::chrono::milliseconds request_ms_max{15'000};
  /// From a round's first arrival to its last, else the stage fails; 0 is no bound
  /// (spark.barrier.sync.timeout).
  std::chrono::milliseconds sync_ms_max{0};
};

/// Any thread. Listens where only this user's processes (Unix sockets) or those that know a secret
/// (TCP on loopback) get in; each task has an address of its own, which tells who is calling.
class BarrierStage {
 public:
  static constexpr std::size_t tasks_max = 1024;

  /// `factories` outlives the stage. Throws Error when it cannot listen, and Overloaded for more
  /// than `tasks_max` tasks.
  BarrierStage(WorkerFactories& factories, BarrierOptions options);
  BarrierStage(const BarrierStage&) = delete;
  BarrierStage& operator=(const BarrierStage&) = delete;
  /// Hangs up on all who wait, and stops listening.
  ~BarrierStage();

  /// For the context of task `task`, which counts from 0.
  const BarrierServer& server(std::size_t task) const;

  /// The stage cannot go on, since one of its tasks failed: hangs up on all who wait and refuses
  /// further calls, so that the other tasks fail too.
  void abort(const std::string& reason);

  /// Why calls fail: an abort, a task that hung up, a bound. Empty while all is well.
  std::string failure() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace py4cpp::runner
