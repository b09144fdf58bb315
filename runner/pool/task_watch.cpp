// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/task_watch.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "runner/pool/worker.hpp"

namespace py4cpp::runner {
namespace {

using std::chrono::milliseconds;

// Within each of the times to keep, the watch looks this often, but not more often than ...
constexpr int looks_per_time = 8;
constexpr milliseconds interval_min{5};
constexpr milliseconds interval_max{500};

}  // namespace

void TaskWatch::add(Worker& worker, std::shared_ptr<const CancelToken> cancel) {
  if (!cancel && options_.task_ms_max.count() == 0) return;
  {
    const std::lock_guard lock(mutex_);
    entries_.push_back({&worker, std::move(cancel), std::chrono::steady_clock::now()});
    if (std::exchange(armed_, true)) return;
  }
  control_.once(interval(), [this] { look(); });
}

void TaskWatch::remove(const Worker& worker) {
  const std::lock_guard lock(mutex_);
  entries_.remove_if([&](const Entry& entry) { return entry.worker == &worker; });
}

void TaskWatch::look() {
  {
    const std::lock_guard lock(mutex_);
    const Time now = std::chrono::steady_clock::now();
    for (Entry& entry : entries_) look_at(entry, now);
    armed_ = !entries_.empty();
    if (!armed_) return;
  }
  control_.once(interval(), [this] { look(); });
}

void TaskWatch::look_at(Entry& entry, Time now) const {
  Worker& worker = *entry.worker;
  if (entry.kill_at != Time::max()) {
    if (now >= entry.kill_at) worker.signal(SIGKILL);
    return;
  }
  if (entry.cancel && entry.cancel->cancelled()) {
    entry.cancelled_at = std::min(entry.cancelled_at, now);
    if (now - entry.cancelled_at < options_.cancel_kill_ms_max) return;
    worker.stop_for(StopReason::cancelled, SIGKILL);
    entry.kill_at = now;
  } else if (options_.task_ms_max.count() > 0 && now - entry.began >= options_.task_ms_max) {
    // An abort makes Python write down where it is, when it was asked to.
    worker.stop_for(StopReason::too_long, options_.faulthandler ? SIGABRT : SIGKILL);
    entry.kill_at = options_.faulthandler ? now + options_.stop_ms_max : now;
  }
}

milliseconds TaskWatch::interval() const {
  milliseconds shortest = options_.cancel_kill_ms_max;
  if (options_.task_ms_max.count() > 0) shortest = std::min(shortest, options_.task_ms_max);
  return std::clamp(shortest / looks_per_time, interval_min, interval_max);
}

}  // namespace py4cpp::runner
