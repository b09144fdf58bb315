// SPDX-License-Identifier: Apache-2.0
//
// Asks an interpreter what it is and which PySpark it finds. The question is put at once, to a
// child process; the answer can be waited for later, beside something else that takes its time.
#pragma once

#include <functional>
#include <string>

#include "base/process.hpp"
#include "runner/pool/patience.hpp"
#include "runner/python_release.hpp"

namespace py4cpp::runner {

/// Belongs to one thread. An unfinished question ends with this object.
class PythonQuestion {
 public:
  using Spawn = std::function<Process(const ProcessOptions&)>;

  /// `environment` is the child's whole environment. Throws what `spawn` throws.
  PythonQuestion(std::string python_executable, Environment environment, const Spawn& spawn);

  /// Waits for the answer; once. Throws Error that names the interpreter and holds its output when
  /// it is not a Python 3, finds no pyspark, or does not answer in time, and TaskCancelled.
  PythonInstallation answer(const Patience& patience);

 private:
  const std::string python_executable_;
  Process process_;
  Fd output_;
};

/// Throws Error, which says what to do, when the interpreter has another PySpark than the one that
/// its workers are expected to have, or one that this library does not know.
void require_release(const std::string& python_executable, const PythonInstallation& found,
                     PythonRelease expected);

}  // namespace py4cpp::runner
