// SPDX-License-Identifier: Apache-2.0
//
// Finds out which release of pyspark an interpreter has, by a small Python process that does not
// import pyspark. It runs beside the driver's own start, so that nobody waits for it.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "base/process.hpp"

namespace py4cpp::launcher {

class ReleaseProbe {
 public:
  /// Starts the question. `script` is the driver's: its folder comes first in Python's search (the
  /// working directory when `script` is empty). Call it from the main thread: the probe ends with
  /// the thread that started it. Throws Error when the interpreter cannot be started.
  ReleaseProbe(const std::string& interpreter, const std::string& script,
               const Environment& environment);

  /// The release, such as "4.3.0"; waits for the answer. Throws Error that says what to do when the
  /// interpreter has no pyspark or is no Python. May be called from any thread, again and again.
  std::string release();

 private:
  void read_answer();

  const std::string interpreter_;
  std::mutex mutex_;  // Guards the rest: the first caller reads, the others wait for it.
  Process process_;
  Fd answer_;
  std::optional<std::string> release_;
};

}  // namespace py4cpp::launcher
