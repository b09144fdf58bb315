// SPDX-License-Identifier: Apache-2.0
//
// What the user asked for, complete and checked: the command line, the properties files and the
// environment put together by Spark's rules of precedence.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/log_levels.hpp"
#include "base/process.hpp"
#include "launcher/options.hpp"

namespace py4cpp::launcher {

/// The names that pyspark's own launchers use in the place of a script.
inline constexpr const char* shell_gateway = "pyspark-shell";
inline constexpr const char* interactive_shell = "pyspark-shell-main";

struct Submission {
  /// Every `spark.*` setting, spark.master and spark.app.name always among them.
  std::map<std::string, std::string> conf = {};
  /// Absolute; empty for the gateway form.
  std::string script = {};
  std::vector<std::string> arguments = {};
  /// Absolute paths of files that exist.
  std::vector<std::string> py_files = {};
  std::vector<std::string> plugins = {};
  LogLevels log_levels = LogLevels();
  bool verbose = false;
  /// What the user should know but need not act on, one line each.
  std::vector<std::string> warnings = {};
};

/// Puts everything together. Precedence, highest first: an option of its own (--master), --conf,
/// the properties file, spark-defaults.conf. Throws Error (or UsageError) that says what is wrong,
/// where, and what to do.
Submission make_submission(const SubmitOptions& options, const Environment& environment);

/// What --verbose shows. Values of keys that look like secrets are left out.
std::string describe(const Submission& submission);

/// Throws Error unless `master` is one that this machine can serve: local, local[N], local[*] and
/// the two with a number of attempts, local[N,F] and local[*,F].
void check_master(const std::string& master);

}  // namespace py4cpp::launcher
