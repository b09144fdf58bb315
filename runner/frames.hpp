// SPDX-License-Identifier: Apache-2.0
//
// Frames as the runners of pickled data take and give them: a big endian 32-bit length and that
// many bytes; a length of -5 stands alone and means null.
//
//   Bytes input;
//   append_frame(input, "some bytes");
//   const auto task = runner.compute(std::make_unique<BytesSource>(std::move(input)), context);
//   for (const auto run : *task) {
//     for (const Frame frame : frames_of(run)) use(frame.text());
//   }
#pragma once

#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>

#include "byte_source.hpp"

namespace py4cpp::runner {

/// What is in a frame. The bytes are those of the run that it lies in.
struct Frame {
  std::span<const std::byte> bytes = {};
  bool is_null = false;

  /// The bytes as characters.
  std::string_view text() const {
    return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
  }
};

/// Appends a frame to a run. Throws Error when it has 2 GiB or more.
void append_frame(Bytes& run, std::span<const std::byte> bytes);
void append_frame(Bytes& run, std::string_view bytes);
/// Appends the frame that means null.
void append_null_frame(Bytes& run);

/// The frames of a run, one by one. Valid as long as the run's bytes. Making one, and `++`, throw
/// Error when the run ends inside a frame or holds a length that no frame has.
class Frames {
 public:
  explicit Frames(std::span<const std::byte> run) : run_(run) {}

  class Iterator {
   public:
    using iterator_concept = std::forward_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = Frame;

    Iterator() = default;
    explicit Iterator(std::span<const std::byte> left) : left_(left) { look(); }

    const Frame& operator*() const { return frame_; }
    const Frame* operator->() const { return &frame_; }
    Iterator& operator++() {
      left_ = left_.subspan(size_);
      look();
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }

    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.left_.size() == b.left_.size();
    }
    friend bool operator==(const Iterator& at, std::default_sentinel_t) { return at.left_.empty(); }

   private:
    void look();

    std::span<const std::byte> left_;  // begins with the frame
    std::size_t size_ = 0;             // of the frame, its length included
    Frame frame_;
  };

  Iterator begin() const { return Iterator(run_); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::span<const std::byte> run_;
};

/// The frames of what a source or a task gave.
inline Frames frames_of(std::span<const std::byte> run) { return Frames(run); }

}  // namespace py4cpp::runner
