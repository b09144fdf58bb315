// SPDX-License-Identifier: Apache-2.0
//
// SIGINT, SIGTERM, SIGHUP and SIGQUIT as something to wait for, instead of something that happens.
// One that is ignored when we start stays ignored: PySpark starts its gateway so that Ctrl-C, which
// reaches every process on the terminal, interrupts the program and not its engine.
#pragma once

#include <optional>

#include "base/fd.hpp"

namespace py4cpp::launcher {

struct Signal {
  int number = 0;
  /// A key on the terminal (Ctrl-C): the kernel has sent it to the whole process group, so children
  /// in our group have it already.
  bool from_terminal = false;
};

class Signals {
 public:
  /// Blocks those of the four signals that are not ignored, in this thread and those started later,
  /// and SIGPIPE is ignored from now on. Call it before any thread is started. Throws Error.
  Signals();

  /// Becomes readable when a signal has come.
  int fd() const { return fd_.get(); }

  /// The next signal that has come, if any. Does not block.
  std::optional<Signal> take();

 private:
  Fd fd_;
};

}  // namespace py4cpp::launcher
