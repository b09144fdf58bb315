// SPDX-License-Identifier: Apache-2.0
//
// Which task each worker serves, so that a line which names its worker can be told its task.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

namespace py4cpp::runner {

/// Any thread.
class TaskNames {
 public:
  void begin(pid_t worker, std::int64_t task_attempt_id) {
    const std::lock_guard lock(mutex_);
    tasks_[worker] = task_attempt_id;
  }

  /// The worker is gone. Until then its last task stays its task: lines may come late.
  void forget(pid_t worker) {
    const std::lock_guard lock(mutex_);
    tasks_.erase(worker);
  }

  std::optional<std::int64_t> find(pid_t worker) const {
    const std::lock_guard lock(mutex_);
    const auto found = tasks_.find(worker);
    if (found == tasks_.end()) return std::nullopt;
    return found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<pid_t, std::int64_t> tasks_;
};

}  // namespace py4cpp::runner
