// SPDX-License-Identifier: Apache-2.0
//
// The life of a worker as one transition function, without I/O and without a clock. Whoever owns
// the worker reports what happened and does what the answer says.
//
//   starting ──started──▶ authenticating ──authenticated──▶ ready ──leased──▶ busy
//       └────────started (no secret)──────────────────────▶   ▲                 │
//                                                             └──task_clean─────┘
//   Everything else ends the worker.
#pragma once

namespace py4cpp::runner {

enum class WorkerState { starting, authenticating, ready, busy, ended };

enum class WorkerEvent {
  started,        ///< its process told its id
  authenticated,  ///< it accepted the secret
  leased,         ///< a task took it
  task_clean,     ///< the task was read and answered to the end
  task_early,     ///< the task is answered, but input is left over
  task_raised,    ///< the task ended in an exception
  task_aborted,   ///< the task was given up half way
  lost,           ///< it or its connection ended; a process may go on without its connection
  expired,        ///< it waited too long, or is one too many
};

/// What the owner does next.
enum class WorkerAction {
  none,    ///< go on
  keep,    ///< put it into the idle queue
  close,   ///< close the connection: the worker ends by itself
  kill,    ///< close the connection and kill the process
  retire,  ///< do the same to a worker that was well and had nothing to do
};

/// What a worker is able to do; fixed at its start.
struct WorkerTraits {
  bool authenticates = false;  ///< it asks for a secret
  bool reusable = false;       ///< it can serve several tasks
};

class WorkerLife {
 public:
  explicit WorkerLife(WorkerTraits traits) : traits_(traits) {}

  WorkerState state() const { return state_; }

  /// Moves on. An event that cannot happen in this state kills the worker: something is out of
  /// step, and its next answer might belong to another task.
  WorkerAction on(WorkerEvent event);

 private:
  WorkerAction end(WorkerAction action);
  WorkerAction on_busy(WorkerEvent event);

  WorkerTraits traits_;
  WorkerState state_ = WorkerState::starting;
};

}  // namespace py4cpp::runner
