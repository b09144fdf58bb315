// SPDX-License-Identifier: Apache-2.0
//
// Bytes that were received and not yet used. It belongs to a worker, so that tasks do not allocate;
// whoever wants to keep what it read, without a copy, takes a share of the memory.
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
  /// Room that readers share: so much that what begins at its end and has to move is little of it.
  static constexpr std::size_t shared_capacity_min = std::size_t{1} << 20;
  /// Where `align` puts the first unread byte, counted from the beginning of the memory. Enough for
  /// every number that Arrow's arrays consist of.
  static constexpr std::size_t alignment = 16;

  std::span<const std::byte> unread() const { return {storage_.get() + begin_, end_ - begin_}; }

  /// Gives up the first `count` unread bytes.
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_ && !held_) begin_ = end_ = 0;
  }

  /// Room after the unread bytes, never empty. Moves unread bytes, but none that `hold` was called
  /// for. While fewer than `wanted` bytes fit, it grows: at once when they are `at_once_max` or
  /// fewer, else by doubling and so only as bytes really arrive.
  std::span<std::byte> prepare(std::size_t wanted, std::size_t at_once_max = 0) {
    const std::size_t unread_bytes = end_ - begin_;
    if (held_) {
      if (begin_ + std::max(wanted, unread_bytes + 1) > capacity_) {
        replace(unread_bytes, wanted, at_once_max);
      }
    } else {
      const bool cramped = capacity_ - end_ < capacity_min / 4;
      if (begin_ >= alignment && cramped) move_to_front(unread_bytes);
      if (end_ == capacity_ || (wanted <= at_once_max && wanted > capacity_ - begin_)) {
        replace(unread_bytes, wanted, at_once_max);
      }
    }
    return {storage_.get() + end_, capacity_ - end_};
  }

  /// `count` bytes were put into the prepared room.
  void commit(std::size_t count) { end_ += count; }

  /// Moves the unread bytes so that the first one is aligned; later moves keep it so.
  void align() {
    if (begin_ % alignment != 0 && !held_) move(unread().size(), 0);
  }

  /// The memory in which the unread bytes lie. They and those before them are left as they are for
  /// as long as somebody holds it.
  std::shared_ptr<const void> hold() {
    held_ = true;
    return storage_;
  }

  /// Gives memory back that one large frame took, or that somebody holds. Call it when nothing is
  /// unread.
  void trim() {
    if (!held_ && capacity_ <= capacity_min) return;
    storage_.reset();
    capacity_ = begin_ = end_ = 0;
    held_ = false;
  }

 private:
  void move_to_front(std::size_t count) { move(count, begin_ % alignment); }

  void move(std::size_t count, std::size_t to) {
    std::memmove(storage_.get() + to, storage_.get() + begin_, count);
    begin_ = to;
    end_ = to + count;
  }

  void replace(std::size_t count, std::size_t wanted, std::size_t at_once_max) {
    const std::size_t to = begin_ % alignment;
    const std::size_t needed = to + std::max(wanted, count + 1);
    const std::size_t doubled = std::max(2 * capacity_, count + to + 1);
    const std::size_t target = wanted <= at_once_max ? needed : std::min(doubled, needed);
    // One large message gets memory of its own; many small ones share theirs.
    const bool many = held_ && wanted <= capacity_min;
    const std::size_t capacity = std::max(many ? shared_capacity_min : capacity_min, target);
    const std::shared_ptr<std::byte[]> other(new std::byte[capacity]);
    if (count > 0) std::memcpy(other.get() + to, storage_.get() + begin_, count);
    storage_ = other;
    capacity_ = capacity;
    begin_ = to;
    end_ = to + count;
    held_ = false;
  }

  std::shared_ptr<std::byte[]> storage_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool held_ = false;  // what lies before end_ stays as it is
};

}  // namespace py4cpp::runner
