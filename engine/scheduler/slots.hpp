// SPDX-License-Identifier: Apache-2.0
//
// The task slots: threads that take work in the order of its rank.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace py4cpp::engine {

/// First in, first out: earlier jobs go before later ones, and earlier stages before later ones.
using Rank = std::pair<int, int>;  // job, stage

/// Threads are started when there is work for them, and stay. Any thread.
class Slots {
 public:
  explicit Slots(std::size_t slots);
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  ~Slots() { stop(); }

  std::size_t count() const;

  /// Queues work, which must not throw. After `stop` it is dropped.
  void submit(Rank rank, std::function<void()> work);
  /// Drops queued work of this rank.
  void withdraw(Rank rank);
  /// Drops all queued work and waits for what runs; a slot that calls it does not wait for itself.
  void stop();

 private:
  struct State;
  static void serve(const std::shared_ptr<State>& shared);

  std::shared_ptr<State> state_;  // shared with the threads
};

}  // namespace py4cpp::engine
