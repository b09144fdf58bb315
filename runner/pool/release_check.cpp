// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/release_check.hpp"

namespace py4cpp::runner {

ReleaseCheck::ReleaseCheck(const std::string& python_executable, const Environment& environment,
                           WorkerHost& host)
    : python_executable_(python_executable),
      host_(host),
      deadline_(after(host.options.start_ms_max)),
      question_(python_executable, environment,
                [&host](const ProcessOptions& options) { return host.spawn(options); }) {}

void ReleaseCheck::require(const CancelToken* cancel) {
  const PythonRelease expected = host_.options.release;
  PythonInstallation found;
  try {
    found = question_.answer({deadline_, cancel});
  } catch (const TaskCancelled&) {
    throw;
  } catch (const Error& error) {
    host_.log(LogLevel::warn, "cannot tell which PySpark '" + python_executable_ +
                                  "' has; its workers are taken for those of " + expected.text() +
                                  ": " + error.what());
    return;
  }
  require_release(python_executable_, found, expected);
}

}  // namespace py4cpp::runner
