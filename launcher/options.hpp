// SPDX-License-Identifier: Apache-2.0
//
// The command line of `py4cpp run` and of our `spark-submit`: the same options under the same names
// as Apache Spark's, so that scripts and habits carry over. Pure text to data: nothing is looked
// up.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace py4cpp::launcher {

/// The user typed something that cannot be meant. Shown with a pointer to --help; exit code 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

struct SubmitOptions {
  std::optional<std::string> master = {};
  std::optional<std::string> name = {};
  std::optional<std::string> deploy_mode = {};
  std::optional<std::string> properties_file = {};
  /// `--conf`, in the order given: the last one of a key wins.
  std::vector<std::pair<std::string, std::string>> conf = {};
  /// Options that are another name of one conf key (--driver-memory and the like), by that key.
  std::map<std::string, std::string> named_conf = {};
  std::vector<std::string> py_files = {};
  std::vector<std::string> files = {};
  /// Each perhaps with `#` and the name of the folder to unpack it into.
  std::vector<std::string> archives = {};
  std::vector<std::string> plugins = {};
  /// Options of Spark that were given and have no effect here, such as "--jars".
  std::vector<std::string> without_effect = {};
  /// Read spark-defaults.conf although a properties file was named.
  bool load_defaults = false;
  bool verbose = false;
  bool help = false;
  bool version = false;
  /// The script, or "pyspark-shell"; empty when none was given. What follows it is never looked at.
  std::string script = {};
  std::vector<std::string> arguments = {};
};

/// Reads the arguments that follow the command's own name. Throws UsageError.
SubmitOptions parse_submit_options(const std::vector<std::string>& arguments);

/// What --help prints; `command` is how the user calls it ("py4cpp run").
std::string submit_help(const std::string& command);

/// The parts of a comma-separated list, without empty ones and surrounding blanks.
std::vector<std::string> split_list(const std::string& list);

}  // namespace py4cpp::launcher
