// SPDX-License-Identifier: Apache-2.0
//
// Lock-free counting: a budget is asked for every few kilobytes that a task puts aside.
#include "engine/storage/memory_budget.hpp"

namespace py4cpp::engine {

bool MemoryBudget::try_take(std::size_t bytes) {
  std::size_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > bytes_max_ || used > bytes_max_ - bytes) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return true;
}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    release();
    budget_ = std::move(other.budget_);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

bool Reservation::grow(std::size_t bytes) {
  if (budget_ == nullptr || !budget_->try_take(bytes)) return false;
  bytes_ += bytes;
  return true;
}

void Reservation::shrink(std::size_t bytes) {
  if (bytes == 0) return;
  budget_->give_back(bytes);
  bytes_ -= bytes;
}

}  // namespace py4cpp::engine
