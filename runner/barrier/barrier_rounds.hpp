// SPDX-License-Identifier: Apache-2.0
//
// Which tasks of a barrier stage have arrived, without I/O and without a clock. A round is over
// when every task has made the same call; then the next one begins.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "runner/barrier/barrier_request.hpp"

namespace py4cpp::runner {

class BarrierRounds {
 public:
  enum class Arrival {
    waits,   ///< others are to come
    last,    ///< the round is over: `take_answer` is for everyone
    failed,  ///< `failure()`: the stage cannot go on
  };

  explicit BarrierRounds(std::size_t tasks) : requests_(tasks) {}

  Arrival arrive(std::size_t task, BarrierRequest request);
  /// A task that had arrived hung up: whoever waits for it waits in vain.
  void leave(std::size_t task);
  /// Nothing works any more. The first reason stays.
  void fail(const std::string& reason);

  /// After the last arrival: the encoded answer. The next round begins.
  Bytes take_answer();

  bool waiting() const { return arrived_ > 0; }
  /// Empty while all is well.
  const std::string& failure() const { return failure_; }

 private:
  std::vector<std::optional<BarrierRequest>> requests_;  // by task
  std::size_t arrived_ = 0;
  BarrierCall call_ = BarrierCall::barrier;  // of this round
  std::string failure_;
};

}  // namespace py4cpp::runner
