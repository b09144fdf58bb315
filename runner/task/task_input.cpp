// SPDX-License-Identifier: Apache-2.0
#include "runner/task/task_input.hpp"

#include <algorithm>

#include "runner/wire/bytes_writer.hpp"
#include "runner/wire/wire.hpp"

namespace py4cpp::runner {
namespace {

// Gather until one write is worth its system call: as much as a worker's own buffer holds.
constexpr std::size_t gather_bytes = 65536;
// From this size on, sending a run from its place is cheaper than copying it.
constexpr std::size_t direct_bytes = 16384;

std::uint64_t count_frames(std::span<const std::byte> run) {
  std::uint64_t frames = 0;
  for (; run.size() >= length_bytes; ++frames) {
    const std::int32_t length = read_i32(run.data());
    if (length < 0 && length != null_item) break;
    const std::size_t size = length_bytes + static_cast<std::size_t>(std::max(length, 0));
    if (size > run.size()) break;  // no whole frame: the worker will say so
    run = run.subspan(size);
  }
  return frames;
}

}  // namespace

void TaskInput::fill() {
  while (source_ && run_.empty() && gathered_.size() - gathered_sent_ < gather_bytes) {
    const std::span<const std::byte> run = source_->next();
    if (run.empty()) {
      BytesWriter writer(gathered_);
      if (end_ == InputEnd::of_frames) writer.i32(end_of_data);
      writer.i32(end_of_stream);
      end_source();
      return;
    }
    if (end_ == InputEnd::of_frames) frames_ += count_frames(run);
    if (run.size() >= direct_bytes) {
      run_ = run;
    } else {
      gathered_.insert(gathered_.end(), run.begin(), run.end());
    }
  }
}

std::array<std::span<const std::byte>, 2> TaskInput::unsent() const {
  return {std::span(gathered_).subspan(gathered_sent_), run_};
}

void TaskInput::sent(std::size_t count) {
  const std::size_t first = std::min(count, gathered_.size() - gathered_sent_);
  gathered_sent_ += first;
  run_ = run_.subspan(count - first);
  if (gathered_sent_ == gathered_.size()) {
    gathered_.clear();
    gathered_sent_ = 0;
  }
}

bool TaskInput::data_sent() const {
  return !source_ && run_.empty() && gathered_.size() - gathered_sent_ <= length_bytes;
}

void TaskInput::drop() {
  gathered_.clear();
  gathered_sent_ = 0;
  run_ = {};
  end_source();
}

void TaskInput::end_source() {
  rows_ = rows();
  source_.reset();
}

}  // namespace py4cpp::runner
