// SPDX-License-Identifier: Apache-2.0
//
// `py4cpp run script.py`: we are the parent of the driver.
#include <filesystem>
#include <iostream>

#include "launcher/commands.hpp"
#include "launcher/driver.hpp"
#include "launcher/home.hpp"
#include "launcher/host.hpp"
#include "launcher/interpreter.hpp"
#include "launcher/janitor.hpp"
#include "launcher/release_probe.hpp"
#include "launcher/report.hpp"

namespace py4cpp::launcher {
namespace {

void check_script(const std::string& script) {
  if (!std::filesystem::exists(script)) {
    throw MissingScript("there is no script '" + script + "'; check the path");
  }
  const std::string ending = std::filesystem::path(script).extension();
  if (ending == ".jar" || ending == ".R" || ending == ".class") {
    throw Error("'" + script + "' is no Python script; py4cpp runs Python programs only");
  }
}

// A driver that failed for want of pyspark gets a remedy after its traceback. A script that does
// without pyspark is left in peace.
void explain_failure(ReleaseProbe& probe) {
  try {
    probe.release();
  } catch (const Error& error) {
    report_error(error.what());
  }
}

}  // namespace

int run_script(const SubmitOptions& options) {
  prepare_own_environment();
  const Environment environment = current_environment();
  const Submission submission = make_submission(options, environment);
  check_script(submission.script);
  const Interpreters interpreters = find_interpreters(submission.conf, environment);
  report_submission(submission);

  Host host(submission, environment);
  DriverSettings settings{
      .worker_python = interpreters.workers,
      .python_path = python_path_of(submission.py_files, host.temp_dir().string()),
      .home = find_home(),
      .mark = host.mark()};
  ReleaseProbe probe(interpreters.driver, submission.script,
                     driver_environment(environment, settings));
  host.serve(submission, interpreters, [&probe] { return probe.release(); });
  settings.port = host.port();
  settings.token = host.token();

  Process driver = start_driver(interpreters.driver, submission.script, submission.arguments,
                                driver_environment(environment, settings));
  const ExitStatus status = wait_for_driver(driver, host.signals());
  // A wrapper that a signal ended has not told the Python that it started.
  if (status.signal() != 0) kill_marked(driver_mark_variable, host.mark());
  host.stop(status.shell_code());
  if (status.signal() == 0 && !status.success()) explain_failure(probe);
  return status.shell_code();
}

}  // namespace py4cpp::launcher
