// SPDX-License-Identifier: Apache-2.0
//
// What a task still has to send: its header, its data as the source yields it, and the marks at the
// end. Small runs are gathered, large ones are sent from where they lie.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "runner/byte_source.hpp"

namespace py4cpp::runner {

/// The marks after the data: frames have one for their end, Arrow data ends by itself.
enum class InputEnd { of_frames, of_arrow };

class TaskInput {
 public:
  /// `header` is sent first. `source` is destroyed as soon as it has ended or was dropped.
  TaskInput(Bytes header, std::unique_ptr<ByteSource> source, InputEnd end = InputEnd::of_frames)
      : gathered_(std::move(header)), source_(std::move(source)), end_(end) {}

  /// Pulls from the source until there is enough for one write. May block and throw as the source.
  void fill();

  /// What can be sent now, in order; the second part may be empty.
  std::array<std::span<const std::byte>, 2> unsent() const;
  /// The first `count` unsent bytes were sent.
  void sent(std::size_t count);

  /// True while there is, or may come, something to send.
  bool pending() const { return source_ || !run_.empty() || gathered_.size() > gathered_sent_; }
  /// True when the worker can have read all data; nothing but the mark of the task's end may be
  /// left.
  bool data_sent() const;
  /// Nobody reads any more: forgets what is left.
  void drop();

  /// What came from the source: whole frames, or rows of its batches.
  std::uint64_t frames() const { return frames_; }
  std::uint64_t rows() const noexcept { return source_ ? source_->rows() : rows_; }

 private:
  void end_source();

  Bytes gathered_;
  std::size_t gathered_sent_ = 0;
  std::span<const std::byte> run_;
  std::unique_ptr<ByteSource> source_;
  InputEnd end_;
  std::uint64_t frames_ = 0;
  std::uint64_t rows_ = 0;  // of a source that is gone
};

}  // namespace py4cpp::runner
