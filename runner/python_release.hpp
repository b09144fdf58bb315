// SPDX-License-Identifier: Apache-2.0
//
// How the releases of PySpark differ, on the wire and in what their workers can do. A further
// release is one more row of the table in python_release.cpp; since when there is each kind of
// function, and what it takes, stands in the table of eval_type.cpp.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace py4cpp::runner {

/// "4.3": what tells releases apart. Ordered.
struct ReleaseNumber {
  int major = 0;
  int minor = 0;

  friend constexpr bool operator==(ReleaseNumber a, ReleaseNumber b) = default;
  friend constexpr bool operator<(ReleaseNumber a, ReleaseNumber b) {
    return a.major != b.major ? a.major < b.major : a.minor < b.minor;
  }
  friend constexpr bool operator>=(ReleaseNumber a, ReleaseNumber b) { return !(a < b); }
};

/// "4.3".
std::string to_text(ReleaseNumber number);

/// How the task context is written in the task header.
enum class ContextForm {
  binary_with_server,  ///< fields one by one, the barrier server's place always present
  binary,              ///< fields one by one, the barrier server only for barrier tasks
  json,                ///< one JSON object
};

/// Where a function's argument is followed by a flag that says whether it is named.
enum class NamedArguments {
  never,    ///< arguments are positional
  by_type,  ///< for the eval types whose `name_flags_since` is reached
  always,   ///< for every eval type
};

/// What one PySpark release expects on its worker's socket, and can do. Immutable.
struct WireVariant {
  ReleaseNumber number = {};
  ContextForm context = ContextForm::json;
  bool cpu_amount = false;       ///< the JSON context has the CPUs as a decimal text too
  bool init_message = false;     ///< the header is one length-prefixed message after a marker
  bool conf_always = false;      ///< runner and eval conf are sent for every eval type; before,
                                 ///< Arrow types get the first, and their payload the rest
  bool unix_sockets = false;     ///< daemon and workers can use Unix sockets
  bool daemon_argument = false;  ///< the daemon takes the worker module as its argument
  NamedArguments named_arguments = NamedArguments::always;
  bool profiler_in_payload = false;    ///< a payload of UDFs says whether they are profiled
  bool result_id_always = false;       ///< each UDF has its result id; else only if profiled
  bool udtf_details = false;           ///< a UDTF has partition columns, an analysis and a name
  bool stream_per_group = false;       ///< grouped data is one Arrow stream per group, not a batch
  const char* window_bounds_key = "";  ///< what the conf calls the bounds of window functions
  int timing_fields = 0;               ///< 64-bit numbers in the timing section of an answer
  bool variant_type = false;           ///< there is a Spark SQL type for variants
  bool time_type = false;              ///< there is one for the time of day
  bool spatial_types = false;          ///< there are two for geometries and geographies
};

/// A PySpark release, "4.3", that this library can talk to. A value, cheap to copy.
class PythonRelease {
 public:
  /// The newest release of the table.
  PythonRelease();
  /// Throws Error that lists the known releases when there is no row for this one.
  PythonRelease(int major, int minor);

  /// Reads "4.3.0", "4.3" or "4.3.0.dev1". Throws Error as above, or when it is no version.
  static PythonRelease parse(std::string_view text);

  int major_version() const { return variant_->number.major; }
  int minor_version() const { return variant_->number.minor; }
  ReleaseNumber number() const { return variant_->number; }
  /// "4.3".
  std::string text() const;
  const WireVariant& variant() const { return *variant_; }
  /// What Apache Spark of this release, with its default settings, tells workers of Arrow eval
  /// types; the session's time zone is UTC. Other eval types are told nothing.
  std::map<std::string, std::string> default_runner_conf() const;

  friend bool operator==(PythonRelease a, PythonRelease b) { return a.variant_ == b.variant_; }

 private:
  const WireVariant* variant_;
};

/// The first release that has something, such as &WireVariant::time_type; 0.0 when none has it.
ReleaseNumber first_release_with(bool WireVariant::*column);

/// Every release in the table, oldest first.
std::vector<PythonRelease> known_releases();

/// What an interpreter is and which PySpark it finds.
struct PythonInstallation {
  std::string python_version = {};   ///< "3.11", what a task header must name
  std::string pyspark_version = {};  ///< "4.3.0"
  bool client_package = false;       ///< it is pyspark-client (see WorkerOptions)
};

/// Asks an interpreter, without importing pyspark (some 20 ms). `environment` is added to this
/// process's own. Throws Error that names the interpreter and holds its output when it cannot be
/// started, is not a Python 3, or finds no pyspark.
PythonInstallation probe_python(const std::string& python_executable,
                                const std::map<std::string, std::string>& environment = {});

}  // namespace py4cpp::runner
