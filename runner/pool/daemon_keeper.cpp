// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/daemon_keeper.hpp"

#include <utility>

#include "runner/pool/patience.hpp"
#include "runner/pool/release_check.hpp"

namespace py4cpp::runner {

std::shared_ptr<Daemon> DaemonKeeper::start(const CancelToken* cancel) {
  for (;;) {
    std::shared_ptr<Start> start;
    bool is_ours = false;
    {
      const std::lock_guard lock(mutex_);
      if (daemon_) return daemon_;
      if (!starting_) {
        starting_ = std::make_shared<Start>();
        is_ours = true;
      }
      start = starting_;
    }
    if (is_ours) return run(*start, cancel);
    wait_readable(start->done.fd(), {no_deadline, cancel});
    const std::lock_guard lock(mutex_);
    if (start->failure) std::rethrow_exception(start->failure);
  }
}

std::shared_ptr<Daemon> DaemonKeeper::run(Start& start, const CancelToken* cancel) {
  try {
    ReleaseCheck check(python_executable_, environment_, host_);
    const auto start_daemon = [&] {
      return std::make_shared<Daemon>(python_executable_, environment_, host_, cancel);
    };
    std::shared_ptr<Daemon> daemon = check.around(start_daemon, cancel);
    end(start, daemon, nullptr);
    return daemon;
  } catch (const TaskCancelled&) {
    end(start, nullptr, nullptr);
    throw;
  } catch (...) {
    end(start, nullptr, std::current_exception());
    throw;
  }
}

void DaemonKeeper::end(Start& start, std::shared_ptr<Daemon> daemon, std::exception_ptr failure) {
  const std::lock_guard lock(mutex_);
  start.failure = std::move(failure);
  if (daemon) ++starts_;
  daemon_ = std::move(daemon);
  starting_.reset();
  start.done.set();
}

std::shared_ptr<Daemon> DaemonKeeper::current() const {
  const std::lock_guard lock(mutex_);
  return daemon_;
}

void DaemonKeeper::stop() {
  std::shared_ptr<Daemon> stopped;  // ends without the lock: that takes some time
  const std::lock_guard lock(mutex_);
  stopped.swap(daemon_);
}

bool DaemonKeeper::stop(const std::shared_ptr<Daemon>& daemon) {
  const std::lock_guard lock(mutex_);
  if (daemon_ != daemon) return false;
  daemon_.reset();
  return true;
}

std::uint64_t DaemonKeeper::starts() const {
  const std::lock_guard lock(mutex_);
  return starts_;
}

}  // namespace py4cpp::runner
