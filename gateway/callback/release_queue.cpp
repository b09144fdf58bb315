// SPDX-License-Identifier: Apache-2.0
#include "gateway/callback/release_queue.hpp"

#include <new>

namespace py4cpp {

bool ReleaseQueue::add(const std::string& id) noexcept {
  if (size_max_ == 0) return false;
  const std::lock_guard lock(mutex_);
  try {
    if (ids_.size() >= size_max_) ids_.erase(ids_.begin());
    ids_.push_back(id);
  } catch (const std::bad_alloc&) {
    return false;  // Python keeps one object too long.
  }
  is_empty_ = false;
  if (ids_.size() == 1)
    due_ = Clock::now() + wait_ms_max_;
  else if (ids_.size() == size_max_ / 2)
    due_ = Clock::now();
  else
    return false;
  return true;
}

std::vector<std::string> ReleaseQueue::take() {
  std::vector<std::string> ids;
  const std::lock_guard lock(mutex_);
  ids.swap(ids_);
  due_ = Clock::time_point::max();
  is_empty_ = true;
  return ids;
}

ReleaseQueue::Clock::time_point ReleaseQueue::due() const {
  const std::lock_guard lock(mutex_);
  return due_;
}

}  // namespace py4cpp
