// SPDX-License-Identifier: Apache-2.0
#include "gateway/control/orphans.hpp"

#include <utility>

namespace py4cpp {

Orphans::Orphans(ObjectTable& objects, std::chrono::milliseconds time_max)
    : objects_(objects), time_max_(time_max) {}

void Orphans::begin(Clock::time_point now) {
  if (time_max_.count() <= 0 || objects_.size() == 0) return;
  const std::lock_guard lock(mutex_);
  left_ = {now + time_max_, objects_.minted()};
}

void Orphans::end() {
  const std::lock_guard lock(mutex_);
  left_.reset();
}

void Orphans::postpone(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (left_) left_->due = now + time_max_;
}

Orphans::Clock::time_point Orphans::due() const {
  const std::lock_guard lock(mutex_);
  return left_ ? left_->due : Clock::time_point::max();
}

std::size_t Orphans::forget() {
  std::unique_lock lock(mutex_);
  const auto left = std::exchange(left_, std::nullopt);
  lock.unlock();
  return left ? objects_.remove_before(left->minted) : 0;
}

}  // namespace py4cpp
