// SPDX-License-Identifier: Apache-2.0
//
// A thread is only started when no idle one is left for the new work.
#include "engine/scheduler/slots.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace py4cpp::engine {

struct Slots::State {
  explicit State(std::size_t slots_wanted) : slots(slots_wanted) {}

  const std::size_t slots;
  std::mutex mutex;  // guards what follows
  std::condition_variable wanted;
  std::map<Rank, std::deque<std::function<void()>>> queues;
  std::size_t queued = 0;
  std::size_t idle = 0;
  bool stopping = false;
  std::vector<std::thread> threads;
};

Slots::Slots(std::size_t slots) : state_(std::make_shared<State>(slots)) {}

std::size_t Slots::count() const { return state_->slots; }

void Slots::submit(Rank rank, std::function<void()> work) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  if (state.stopping) return;
  state.queues[rank].push_back(std::move(work));
  ++state.queued;
  if (state.idle < state.queued && state.threads.size() < state.slots) {
    state.threads.emplace_back([shared = state_] { serve(shared); });
  } else {
    state.wanted.notify_one();
  }
}

void Slots::withdraw(Rank rank) {
  std::deque<std::function<void()>> dropped;  // destroyed after the lock is gone
  const std::lock_guard lock(state_->mutex);
  const auto queue = state_->queues.find(rank);
  if (queue == state_->queues.end()) return;
  dropped = std::move(queue->second);
  state_->queues.erase(queue);
  state_->queued -= dropped.size();
}

void Slots::stop() {
  std::vector<std::thread> threads;
  std::map<Rank, std::deque<std::function<void()>>> dropped;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    dropped = std::exchange(state_->queues, {});
    state_->queued = 0;
    threads = std::exchange(state_->threads, {});
  }
  state_->wanted.notify_all();
  for (std::thread& thread : threads) {
    if (thread.get_id() == std::this_thread::get_id()) {
      thread.detach();
    } else {
      thread.join();
    }
  }
}

void Slots::serve(const std::shared_ptr<State>& shared) {
  State& state = *shared;
  std::unique_lock lock(state.mutex);
  for (;;) {
    ++state.idle;
    state.wanted.wait(lock, [&] { return state.stopping || state.queued > 0; });
    --state.idle;
    if (state.stopping) return;
    const auto queue = state.queues.begin();
    auto work = std::move(queue->second.front());
    queue->second.pop_front();
    if (queue->second.empty()) state.queues.erase(queue);
    --state.queued;
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

}  // namespace py4cpp::engine
