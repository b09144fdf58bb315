// SPDX-License-Identifier: Apache-2.0
//
// The one daemon of a factory: started by the first thread that needs it, while others wait, and
// replaced when it is gone.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>

#include "runner/pool/daemon.hpp"
#include "runner/pool/event.hpp"

namespace py4cpp::runner {

/// Any thread.
class DaemonKeeper {
 public:
  /// `host` outlives the keeper.
  DaemonKeeper(const std::string& python_executable, const Environment& environment,
               WorkerHost& host)
      : python_executable_(python_executable), environment_(environment), host_(host) {}

  /// The daemon, started if there is none. Only one thread starts it; when that fails, all who
  /// waited fail as it does, but a start that was merely cancelled is taken over. Throws as the
  /// Daemon's constructor and ReleaseCheck do. `cancel` may be null.
  std::shared_ptr<Daemon> start(const CancelToken* cancel);

  /// The daemon, or null. Starts nothing.
  std::shared_ptr<Daemon> current() const;

  /// Forgets the daemon. Workers that it forked and that still serve tasks keep it; its process
  /// ends with the last of them.
  void stop();
  /// Does so and returns true, unless it is forgotten already or another one has taken its place.
  bool stop(const std::shared_ptr<Daemon>& daemon);

  /// Daemons started so far.
  std::uint64_t starts() const;

 private:
  // One start, for those who wait for it.
  struct Start {
    Event done;
    std::exception_ptr failure;
  };

  std::shared_ptr<Daemon> run(Start& start, const CancelToken* cancel);
  void end(Start& start, std::shared_ptr<Daemon> daemon, std::exception_ptr failure);

  const std::string python_executable_;
  const Environment environment_;
  WorkerHost& host_;

  mutable std::mutex mutex_;  // guards what follows, and the failure of a start
  std::shared_ptr<Daemon> daemon_;
  std::shared_ptr<Start> starting_;
  std::uint64_t starts_ = 0;
};

}  // namespace py4cpp::runner
