// SPDX-License-Identifier: Apache-2.0
//
// Bytes that were received and not yet used. It belongs to a worker, so that tasks do not allocate.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace py4cpp::runner {

class InputBuffer {
 public:
  /// Room for what a socket holds at a time.
  static constexpr std::size_t capacity_min = std::size_t{256} << 10;

  std::span<const std::byte> unread() const { return {storage_.get() + begin_, end_ - begin_}; }

  /// Gives up the first `count` unread bytes.
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Room after the unread bytes, never empty. Moves unread bytes. Grows, by doubling and so only
  /// as bytes really arrive, while fewer than `wanted` bytes fit.
  std::span<std::byte> prepare(std::size_t wanted) {
    const std::size_t held = end_ - begin_;
    if (begin_ > 0 && capacity_ - end_ < capacity_min / 4) {
      std::memmove(storage_.get(), storage_.get() + begin_, held);
      begin_ = 0;
      end_ = held;
    }
    if (end_ == capacity_) grow(held, wanted);
    return {storage_.get() + end_, capacity_ - end_};
  }

  /// `count` bytes were put into the prepared room.
  void commit(std::size_t count) { end_ += count; }

  /// Gives memory back that one large frame took. Call it when nothing is unread.
  void trim() {
    if (capacity_ <= capacity_min) return;
    storage_.reset();
    capacity_ = 0;
  }

 private:
  void grow(std::size_t held, std::size_t wanted) {
    const std::size_t target =
        std::max(capacity_min, std::min(2 * capacity_, std::max(wanted, capacity_ + 1)));
    auto larger = std::make_unique_for_overwrite<std::byte[]>(target);
    if (held > 0) std::memcpy(larger.get(), storage_.get() + begin_, held);
    storage_ = std::move(larger);
    capacity_ = target;
    begin_ = 0;
    end_ = held;
  }

  std::unique_ptr<std::byte[]> storage_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace py4cpp::runner
