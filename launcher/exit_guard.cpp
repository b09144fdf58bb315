// SPDX-License-Identifier: Apache-2.0
#include "launcher/exit_guard.hpp"

#include <unistd.h>

namespace py4cpp::launcher {

ExitGuard::ExitGuard(std::chrono::milliseconds limit, int exit_code)
    : thread_([this, limit, exit_code](const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, limit, [] { return false; });
        if (!stop.stop_requested()) ::_exit(exit_code);
      }) {}

}  // namespace py4cpp::launcher
