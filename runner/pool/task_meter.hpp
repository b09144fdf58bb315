// SPDX-License-Identifier: Apache-2.0
//
// Counts tasks: a meter goes with each task and adds to the counters of all when it ends.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>

#include "runner/runner_metrics.hpp"

namespace py4cpp::runner {

struct TaskTiming;

/// The counters behind RunnerMetrics. Relaxed atomics; any thread.
struct RunnerCounters {
  std::atomic<std::uint64_t> completed = 0;
  std::atomic<std::uint64_t> raised = 0;
  std::atomic<std::uint64_t> lost = 0;
  std::atomic<std::uint64_t> cancelled = 0;
  std::atomic<std::uint64_t> failed = 0;
  HistogramCounter<TaskHistogram> whole;
  HistogramCounter<TaskHistogram> boot;
  HistogramCounter<TaskHistogram> init;
  HistogramCounter<TaskHistogram> compute;
  std::atomic<std::uint64_t> bytes_sent = 0;
  std::atomic<std::uint64_t> bytes_received = 0;
  std::atomic<std::uint64_t> rows_sent = 0;
  std::atomic<std::uint64_t> rows_received = 0;
  std::atomic<std::uint64_t> frames_sent = 0;
  std::atomic<std::uint64_t> frames_received = 0;
  std::atomic<std::uint64_t> memory_bytes_spilled = 0;
  std::atomic<std::uint64_t> disk_bytes_spilled = 0;

  /// Everything but the workers.
  RunnerMetrics snapshot() const;
};

/// What went both ways in a task, besides bytes.
struct TaskItems {
  std::uint64_t rows_sent = 0;
  std::uint64_t rows_received = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
};

/// Belongs to one task, which begins with it. A task that did not say how it ended was cancelled.
class TaskMeter {
 public:
  explicit TaskMeter(RunnerCounters& counters) : counters_(counters) {}
  TaskMeter(const TaskMeter&) = delete;
  TaskMeter& operator=(const TaskMeter&) = delete;
  ~TaskMeter();

  void sent(std::size_t bytes) { bytes_sent_ += bytes; }
  void received(std::size_t bytes) { bytes_received_ += bytes; }
  std::uint64_t bytes_sent() const { return bytes_sent_; }
  std::uint64_t bytes_received() const { return bytes_received_; }
  /// All that went so far.
  void items(const TaskItems& items) { items_ = items; }
  /// The first of these two counts.
  void completed(const TaskTiming& timing);
  void failed(const std::exception_ptr& failure);

 private:
  void end(std::atomic<std::uint64_t>& result);

  RunnerCounters& counters_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  const std::chrono::system_clock::time_point began_at_ = std::chrono::system_clock::now();
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
  TaskItems items_;
  bool ended_ = false;
};

}  // namespace py4cpp::runner
