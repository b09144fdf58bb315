// SPDX-License-Identifier: Apache-2.0
//
// The ways in which we are started. Each returns the exit code of the process and throws Error
// when it cannot do its work.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "launcher/options.hpp"

namespace py4cpp::launcher {

/// The script to run is not there; exit code 2, as Python itself and spark-submit have it.
class MissingScript : public Error {
 public:
  using Error::Error;
};

/// `py4cpp run` and `spark-submit`: runs a script, or serves a driver that has started us, or turns
/// into pyspark's shell, by what `arguments` ask for. `command` is how help calls us.
int submit_command(const std::string& command, const std::vector<std::string>& arguments);

/// `py4cpp stubs`: writes type stubs for the classes that plugins register.
int stubs_command(const std::vector<std::string>& arguments);

/// Runs a driver script to its end.
int run_script(const SubmitOptions& options);

/// Serves the driver that started us and waits for our address in the file that
/// _PYSPARK_DRIVER_CONN_INFO_PATH names. Ends when standard input does.
int serve_driver(const SubmitOptions& options);

/// Becomes the interactive Python of pyspark's shell, which starts us again as its gateway.
/// `arguments` are the options as given.
int become_shell(const SubmitOptions& options, const std::vector<std::string>& arguments);

}  // namespace py4cpp::launcher
