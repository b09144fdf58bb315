// SPDX-License-Identifier: Apache-2.0
//
// A small process that outlives us by a moment. When we end, however that happens (SIGKILL
// included), it kills every process that we started and that is still there, and removes our
// temporary folders. Daemons and workers end by themselves when they lose us; this is for those
// that do not: a worker in an endless loop, a piped command, a simple worker.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "base/fd.hpp"
#include "base/process.hpp"

namespace py4cpp::launcher {

/// The environment variable that marks what we start. All of our children inherit it; the driver is
/// started without it, since what a user's script leaves running is the user's own business.
inline constexpr const char* mark_variable = "PY4CPP_RUN";

/// Marks the driver in its place, and whatever the driver starts: that goes only when there is no
/// orderly end. (An interpreter that is a wrapper script has Python as a child, which no signal of
/// ours reaches.)
inline constexpr const char* driver_mark_variable = "PY4CPP_DRIVER";

class Janitor {
 public:
  /// Forks the janitor and marks our own environment. Call it before any thread is started and
  /// after `folder` was made. Throws Error.
  explicit Janitor(const std::filesystem::path& folder);
  Janitor(const Janitor&) = delete;
  Janitor& operator=(const Janitor&) = delete;
  /// The folder goes, too, when we end. Any thread may call it.
  void also_remove(const std::filesystem::path& folder);
  /// The value of both variables.
  const std::string& mark() const { return mark_; }
  /// An orderly end: one look around, and the janitor is gone before this returns.
  ~Janitor();

 private:
  const std::string mark_;
  Fd lifeline_;  // The janitor sees its other end close.
  pid_t process_ = -1;
};

/// Kills all processes of this user whose environment at their start had `variable` = mark. Returns
/// how many there were.
int kill_marked(const std::string& variable, const std::string& mark);

}  // namespace py4cpp::launcher
