// SPDX-License-Identifier: Apache-2.0
//
// The driver: the user's Python script as a child of ours, connected to our gateway.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "launcher/signals.hpp"

namespace py4cpp::launcher {

/// What the driver's environment says besides ours.
struct DriverSettings {
  std::uint16_t port = 0;
  std::string token = {};
  std::string worker_python = {};
  /// Put before the inherited PYTHONPATH.
  std::vector<std::string> python_path = {};
  /// SPARK_HOME, unless that is set.
  std::string home = {};
  /// The mark of the driver and of whatever it starts.
  std::string mark = {};
};

/// The environment of the driver, made from ours.
Environment driver_environment(Environment environment, const DriverSettings& settings);

/// What goes on the PYTHONPATH for these files: zips and eggs themselves, and for .py files one
/// folder with copies of them below `temp_dir` (whose neighbours would be importable otherwise).
/// Throws Error that names the file when it cannot be copied.
std::vector<std::string> python_path_of(const std::vector<std::string>& py_files,
                                        const std::string& temp_dir);

/// Starts the script. It shares our standard input and output; its standard error goes to our
/// standard output, as with spark-submit, so that both stay in order. The driver ends with us, by
/// SIGKILL if need be. Call it from the main thread. Throws Error.
Process start_driver(const std::string& interpreter, const std::string& script,
                     const std::vector<std::string>& arguments, const Environment& environment);

/// Waits for the driver's end and passes on the signals that come meanwhile.
ExitStatus wait_for_driver(Process& driver, Signals& signals);

}  // namespace py4cpp::launcher
