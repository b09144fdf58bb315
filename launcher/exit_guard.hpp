// SPDX-License-Identifier: Apache-2.0
//
// A bound on the time that an orderly end may take. Bound methods may block and plugins may hang;
// the user who ended the driver wants the prompt back all the same.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace py4cpp::launcher {

class ExitGuard {
 public:
  /// Unless destroyed before, ends the process with `exit_code` after `limit`, without any further
  /// clean-up: the janitor does the rest.
  ExitGuard(std::chrono::milliseconds limit, int exit_code);
  ~ExitGuard() = default;
  ExitGuard(const ExitGuard&) = delete;
  ExitGuard& operator=(const ExitGuard&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;  // Last: it is stopped and joined before the others go.
};

}  // namespace py4cpp::launcher
