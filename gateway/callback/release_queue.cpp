// SPDX-License-Identifier: Apache-2.0
#include "gateway/callback/release_queue.hpp"

#include <algorithm>
#include <iterator>
#include <new>

namespace py4cpp {

void ReleaseQueue::begin_generation() {
  std::vector<std::string> forgotten;
  const std::lock_guard lock(mutex_);
  ++generation_;
  forgotten.swap(ids_);
  due_ = Clock::time_point::max();
  is_empty_ = true;
}

bool ReleaseQueue::add(const std::string& id, std::uint64_t generation) noexcept {
  const std::lock_guard lock(mutex_);
  if (generation != generation_) return false;
  try {
    ids_.push_back(id);
  } catch (const std::bad_alloc&) {
    return false;  // Python keeps one object too long.
  }
  is_empty_ = false;
  if (ids_.size() == size_max_)
    due_ = Clock::now();
  else if (ids_.size() == 1)
    due_ = Clock::now() + wait_ms_max_;
  else
    return false;
  return true;
}

ReleaseQueue::Batch ReleaseQueue::take() {
  Batch batch;
  const std::lock_guard lock(mutex_);
  batch.ids.swap(ids_);
  batch.generation = generation_;
  due_ = Clock::time_point::max();
  is_empty_ = true;
  return batch;
}

void ReleaseQueue::put_back(Batch batch) {
  const std::lock_guard lock(mutex_);
  if (batch.generation != generation_ || batch.ids.empty()) return;
  if (ids_.size() + batch.ids.size() > undelivered_max) return;
  std::move(ids_.begin(), ids_.end(), std::back_inserter(batch.ids));
  ids_ = std::move(batch.ids);
  due_ = Clock::now() + wait_ms_max_;
  is_empty_ = false;
}

ReleaseQueue::Clock::time_point ReleaseQueue::due() const {
  const std::lock_guard lock(mutex_);
  return due_;
}

}  // namespace py4cpp
