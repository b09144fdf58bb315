// SPDX-License-Identifier: Apache-2.0
#include "runner/python_release.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.hpp"

namespace py4cpp::runner {
namespace {

// PROTOCOL.md says what each column means. Oldest first; the last row is the default.
constexpr std::array<WireVariant, 5> variants{{
    {.number = {3, 5},
     .context = ContextForm::binary_with_server,
     .cpu_amount = false,
     .init_message = false,
     .conf_always = false,
     .unix_sockets = false,
     .daemon_argument = false,
     .named_arguments = NamedArguments::never,
     .profiler_in_payload = false,
     .result_id_always = false,
     .udtf_details = false,
     .stream_per_group = false,
     .window_bounds_key = "pandas_window_bound_types",
     .timing_fields = 5,
     .variant_type = false,
     .time_type = false,
     .spatial_types = false},
    {.number = {4, 0},
     .context = ContextForm::binary_with_server,
     .cpu_amount = false,
     .init_message = false,
     .conf_always = false,
     .unix_sockets = false,
     .daemon_argument = true,
     .named_arguments = NamedArguments::by_type,
     .profiler_in_payload = true,
     .result_id_always = false,
     .udtf_details = true,
     .stream_per_group = false,
     .window_bounds_key = "pandas_window_bound_types",
     .timing_fields = 5,
     .variant_type = true,
     .time_type = false,
     .spatial_types = false},
    {.number = {4, 1},
     .context = ContextForm::binary,
     .cpu_amount = false,
     .init_message = false,
     .conf_always = false,
     .unix_sockets = true,
     .daemon_argument = true,
     .named_arguments = NamedArguments::by_type,
     .profiler_in_payload = true,
     .result_id_always = false,
     .udtf_details = true,
     .stream_per_group = true,
     .window_bounds_key = "window_bound_types",
     .timing_fields = 5,
     .variant_type = true,
     .time_type = true,
     .spatial_types = true},
    {.number = {4, 2},
     .context = ContextForm::json,
     .cpu_amount = false,
     .init_message = false,
     .conf_always = true,
     .unix_sockets = true,
     .daemon_argument = true,
     .named_arguments = NamedArguments::always,
     .profiler_in_payload = false,
     .result_id_always = true,
     .udtf_details = true,
     .stream_per_group = true,
     .window_bounds_key = "window_bound_types",
     .timing_fields = 6,
     .variant_type = true,
     .time_type = true,
     .spatial_types = true},
    {.number = {4, 3},
     .context = ContextForm::json,
     .cpu_amount = true,
     .init_message = true,
     .conf_always = true,
     .unix_sockets = true,
     .daemon_argument = true,
     .named_arguments = NamedArguments::always,
     .profiler_in_payload = false,
     .result_id_always = true,
     .udtf_details = true,
     .stream_per_group = true,
     .window_bounds_key = "window_bound_types",
     .timing_fields = 6,
     .variant_type = true,
     .time_type = true,
     .spatial_types = true},
}};

// A setting that Spark sends from a release on. Of two rows with one key the later counts.
struct ConfRow {
  ReleaseNumber since;
  std::string_view key;
  std::string_view value;
};

constexpr std::array conf_rows{
    ConfRow{{3, 5}, "spark.sql.session.timeZone", "UTC"},
    ConfRow{{3, 5}, "spark.sql.execution.pandas.convertToArrowArraySafely", "false"},
    ConfRow{{3, 5}, "spark.sql.legacy.execution.pandas.groupedMap.assignColumnsByName", "true"},
    ConfRow{{4, 0}, "spark.sql.execution.arrow.useLargeVarTypes", "false"},
    ConfRow{{4, 1}, "spark.sql.execution.pandas.convertToArrowArraySafely", "true"},
    ConfRow{{4, 1}, "spark.sql.execution.pyspark.binaryAsBytes", "true"},
    ConfRow{{4, 1}, "spark.sql.execution.pythonUDF.pandas.intToDecimalCoercionEnabled", "false"},
    ConfRow{{4, 1}, "spark.sql.legacy.execution.pythonUDF.pandas.conversion.enabled", "false"},
    ConfRow{{4, 1}, "spark.sql.legacy.execution.pythonUDTF.pandas.conversion.enabled", "false"},
    ConfRow{{4, 2}, "spark.sql.execution.pythonUDF.pandas.preferIntExtensionDtype", "false"},
    ConfRow{{4, 3},
            "spark.sql.execution.pythonUDF.mapInBatch.legacy.acceptAnyIterable.enabled",
            "true"},
};

const WireVariant& find_variant(ReleaseNumber number) {
  const auto found = std::find_if(variants.begin(), variants.end(),
                                  [&](const WireVariant& row) { return row.number == number; });
  if (found != variants.end()) return *found;
  std::string known;
  for (const WireVariant& row : variants) {
    if (!known.empty()) known += ", ";
    known += to_text(row.number);
  }
  throw Error("PySpark " + to_text(number) +
              " is not supported; install one of these releases: " + known);
}

}  // namespace

std::string to_text(ReleaseNumber number) {
  return std::to_string(number.major) + "." + std::to_string(number.minor);
}

PythonRelease::PythonRelease() : variant_(&variants.back()) {}

PythonRelease::PythonRelease(int major, int minor) : variant_(&find_variant({major, minor})) {}

PythonRelease PythonRelease::parse(std::string_view text) {
  int major = 0;
  int minor = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, major);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '.') {
    const auto second = std::from_chars(first.ptr + 1, end, minor);
    if (second.ec == std::errc()) return PythonRelease(major, minor);
  }
  throw Error("'" + std::string(text.substr(0, 80)) + "' is no PySpark version such as 4.3.0");
}

std::string PythonRelease::text() const { return to_text(number()); }

std::map<std::string, std::string> PythonRelease::default_runner_conf() const {
  std::map<std::string, std::string> conf;
  for (const ConfRow& row : conf_rows) {
    if (number() >= row.since) conf[std::string(row.key)] = row.value;
  }
  return conf;
}

ReleaseNumber first_release_with(bool WireVariant::*column) {
  const auto found = std::find_if(variants.begin(), variants.end(),
                                  [&](const WireVariant& row) { return row.*column; });
  return found != variants.end() ? found->number : ReleaseNumber{};
}

std::vector<PythonRelease> known_releases() {
  std::vector<PythonRelease> releases;
  releases.reserve(variants.size());
  for (const WireVariant& row : variants) {
    releases.emplace_back(row.number.major, row.number.minor);
  }
  return releases;
}

}  // namespace py4cpp::runner
