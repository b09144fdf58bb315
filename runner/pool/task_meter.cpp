// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/task_meter.hpp"

#include <utility>

#include "base/error.hpp"
#include "runner/python_runner.hpp"

namespace py4cpp::runner {
namespace {

using std::chrono::milliseconds;

void add(std::atomic<std::uint64_t>& counter, std::uint64_t value) {
  counter.fetch_add(value, std::memory_order_relaxed);
}

// A worker may say anything; what cannot be is counted as nothing.
std::uint64_t amount(std::int64_t reported) {
  return reported > 0 ? static_cast<std::uint64_t>(reported) : 0;
}

std::uint64_t value(const std::atomic<std::uint64_t>& counter) {
  return counter.load(std::memory_order_relaxed);
}

// The phase between two moments that a worker reports, within the bounds of what can be counted.
milliseconds phase(std::int64_t from_ms, std::int64_t to_ms) {
  constexpr std::int64_t phase_ms_max = std::int64_t{365} * 24 * 3600 * 1000;
  std::int64_t length_ms = 0;
  if (__builtin_sub_overflow(to_ms, from_ms, &length_ms)) return milliseconds(0);
  return milliseconds(length_ms > 0 && length_ms < phase_ms_max ? length_ms : 0);
}

}  // namespace

RunnerMetrics RunnerCounters::snapshot() const {
  RunnerMetrics metrics;
  metrics.tasks_completed = value(completed);
  metrics.tasks_raised = value(raised);
  metrics.tasks_lost = value(lost);
  metrics.tasks_cancelled = value(cancelled);
  metrics.tasks_failed = value(failed);
  metrics.whole = whole.histogram();
  metrics.boot = boot.histogram();
  metrics.init = init.histogram();
  metrics.compute = compute.histogram();
  metrics.bytes_sent = value(bytes_sent);
  metrics.bytes_received = value(bytes_received);
  metrics.rows_sent = value(rows_sent);
  metrics.rows_received = value(rows_received);
  metrics.frames_sent = value(frames_sent);
  metrics.frames_received = value(frames_received);
  metrics.memory_bytes_spilled = value(memory_bytes_spilled);
  metrics.disk_bytes_spilled = value(disk_bytes_spilled);
  return metrics;
}

TaskMeter::~TaskMeter() { end(counters_.cancelled); }

void TaskMeter::completed(const TaskTiming& timing) {
  if (ended_) return;
  counters_.whole.add(std::chrono::steady_clock::now() - began_);
  const auto began_ms =
      std::chrono::duration_cast<milliseconds>(began_at_.time_since_epoch()).count();
  counters_.boot.add(phase(began_ms, timing.started_ms));
  counters_.init.add(phase(timing.started_ms, timing.initialised_ms));
  counters_.compute.add(phase(timing.initialised_ms, timing.finished_ms));
  add(counters_.memory_bytes_spilled, amount(timing.memory_bytes_spilled));
  add(counters_.disk_bytes_spilled, amount(timing.disk_bytes_spilled));
  end(counters_.completed);
}

void TaskMeter::failed(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const PythonError&) {
    end(counters_.raised);
  } catch (const TaskCancelled&) {
    end(counters_.cancelled);
  } catch (const WorkerFailed&) {
    end(counters_.lost);
  } catch (...) {
    end(counters_.failed);
  }
}

void TaskMeter::end(std::atomic<std::uint64_t>& result) {
  if (std::exchange(ended_, true)) return;
  add(counters_.bytes_sent, bytes_sent_);
  add(counters_.bytes_received, bytes_received_);
  add(counters_.rows_sent, items_.rows_sent);
  add(counters_.rows_received, items_.rows_received);
  add(counters_.frames_sent, items_.frames_sent);
  add(counters_.frames_received, items_.frames_received);
  add(result, 1);
}

}  // namespace py4cpp::runner
