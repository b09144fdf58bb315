// SPDX-License-Identifier: Apache-2.0
//
// A bound that several threads share: bytes that shuffles, results or cached blocks may hold in
// memory before they go to disk.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace py4cpp::engine {

/// Never blocks: a task that gets no memory spills instead of waiting. Any thread. Made by
/// `std::make_shared`, because blocks may outlive the engine that made them.
class MemoryBudget : public std::enable_shared_from_this<MemoryBudget> {
 public:
  explicit MemoryBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  /// Takes `bytes` when they fit.
  bool try_take(std::size_t bytes);
  void give_back(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }
  std::size_t bytes_max() const { return bytes_max_; }

 private:
  const std::size_t bytes_max_;
  std::atomic<std::size_t> used_ = 0;
};

/// Bytes taken from a budget, which it keeps alive; given back in the destructor.
class Reservation {
 public:
  Reservation() = default;
  explicit Reservation(MemoryBudget& budget) : budget_(budget.shared_from_this()) {}
  Reservation(Reservation&& other) noexcept
      : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept;
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation() { release(); }

  /// Takes `bytes` more when they fit.
  bool grow(std::size_t bytes);
  /// Gives some of it back.
  void shrink(std::size_t bytes);
  void release() { shrink(bytes_); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::shared_ptr<MemoryBudget> budget_;
  std::size_t bytes_ = 0;
};

}  // namespace py4cpp::engine
