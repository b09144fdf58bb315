// SPDX-License-Identifier: Apache-2.0
//
// A worker's Arrow stream without a worker.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "runner/python_runner.hpp"
#include "runner/task/arrow_messages.hpp"

namespace py4cpp::runner::test {

// An answer from memory: runs of `messages_max` whole messages, then an end or an error.
class ScriptedTask final : public PythonTask {
 public:
  ScriptedTask(Bytes stream, std::size_t messages_max, bool fails,
               std::size_t message_bytes_max = std::size_t{1} << 30)
      : stream_(std::make_shared<const Bytes>(std::move(stream))),
        messages_max_(messages_max),
        fails_(fails),
        message_bytes_max_(message_bytes_max) {}

  std::span<const std::byte> next() override {
    const auto left = std::span(*stream_).subspan(at_);
    if (left.empty() && fails_) throw PythonError("ValueError: no", "Traceback ...");
    std::size_t whole = 0;
    for (std::size_t i = 0; i < messages_max_ && whole < left.size(); ++i) {
      whole += find_arrow_message(left.subspan(whole), message_bytes_max_).bytes;
    }
    at_ += std::min(whole, left.size());
    return left.first(std::min(whole, left.size()));
  }
  std::shared_ptr<const void> hold_run() override { return stream_; }
  const std::vector<Bytes>& accumulator_updates() const override { return updates_; }
  const TaskTiming& timing() const override { return timing_; }
  std::uint64_t bytes_sent() const noexcept override { return 0; }
  std::uint64_t bytes_received() const noexcept override { return at_; }
  std::uint64_t rows_sent() const noexcept override { return 0; }
  pid_t worker_pid() const override { return 4711; }
  bool worker_reused() const override { return false; }

 private:
  std::shared_ptr<const Bytes> stream_;
  const std::size_t messages_max_;
  const bool fails_;
  const std::size_t message_bytes_max_;
  std::size_t at_ = 0;
  std::vector<Bytes> updates_;
  TaskTiming timing_;
};

}  // namespace py4cpp::runner::test
