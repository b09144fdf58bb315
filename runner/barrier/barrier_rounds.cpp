// SPDX-License-Identifier: Apache-2.0
#include "runner/barrier/barrier_rounds.hpp"

#include <utility>

namespace py4cpp::runner {

BarrierRounds::Arrival BarrierRounds::arrive(std::size_t task, BarrierRequest request) {
  if (!failure_.empty()) return Arrival::failed;
  if (requests_[task]) {
    fail("task " + std::to_string(task) + " of a barrier stage calls twice at a time");
    return Arrival::failed;
  }
  if (arrived_ > 0 && request.call != call_) {
    fail("some tasks of a barrier stage call barrier() where others call allGather()");
    return Arrival::failed;
  }
  call_ = request.call;
  requests_[task] = std::move(request);
  return ++arrived_ == requests_.size() ? Arrival::last : Arrival::waits;
}

void BarrierRounds::leave(std::size_t task) {
  if (!requests_[task]) return;
  fail("task " + std::to_string(task) + " left while others wait for all tasks of their stage");
}

void BarrierRounds::fail(const std::string& reason) {
  if (failure_.empty()) failure_ = reason.empty() ? "the barrier stage was aborted" : reason;
}

Bytes BarrierRounds::take_answer() {
  std::vector<std::string> messages;
  if (call_ == BarrierCall::barrier) {
    messages.emplace_back("success");  // nobody reads it
  } else {
    for (auto& request : requests_) messages.push_back(std::move(request->message));
  }
  for (auto& request : requests_) request.reset();
  arrived_ = 0;
  return barrier_answer(messages);
}

}  // namespace py4cpp::runner
