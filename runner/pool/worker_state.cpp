// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/worker_state.hpp"

namespace py4cpp::runner {

WorkerAction WorkerLife::on(WorkerEvent event) {
  switch (state_) {
    case WorkerState::starting:
      if (event != WorkerEvent::started) return end(WorkerAction::kill);
      state_ = traits_.authenticates ? WorkerState::authenticating : WorkerState::ready;
      return WorkerAction::none;
    case WorkerState::authenticating:
      if (event != WorkerEvent::authenticated) return end(WorkerAction::kill);
      state_ = WorkerState::ready;
      return WorkerAction::none;
    case WorkerState::ready:
      if (event == WorkerEvent::expired) return end(WorkerAction::retire);
      if (event != WorkerEvent::leased) return end(WorkerAction::kill);
      state_ = WorkerState::busy;
      return WorkerAction::none;
    case WorkerState::busy:
      return on_busy(event);
    case WorkerState::ended:
      return WorkerAction::none;
  }
  return end(WorkerAction::kill);
}

WorkerAction WorkerLife::on_busy(WorkerEvent event) {
  switch (event) {
    case WorkerEvent::task_clean:
      if (!traits_.reusable) return end(WorkerAction::close);
      state_ = WorkerState::ready;
      return WorkerAction::keep;
    case WorkerEvent::task_raised:
      return end(WorkerAction::close);
    case WorkerEvent::lost:
    case WorkerEvent::started:
    case WorkerEvent::authenticated:
    case WorkerEvent::leased:
    case WorkerEvent::task_early:
    case WorkerEvent::task_aborted:
    case WorkerEvent::expired:
      return end(WorkerAction::kill);
  }
  return end(WorkerAction::kill);
}

WorkerAction WorkerLife::end(WorkerAction action) {
  state_ = WorkerState::ended;
  return action;
}

}  // namespace py4cpp::runner
