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
    {.major = 3,
     .minor = 5,
     .context = ContextForm::binary_with_server,
     .init_message = false,
     .conf_always = false,
     .unix_sockets = false,
     .daemon_argument = false,
     .timing_fields = 5},
    {.major = 4,
     .minor = 0,
     .context = ContextForm::binary_with_server,
     .init_message = false,
     .conf_always = false,
     .unix_sockets = false,
     .daemon_argument = true,
     .timing_fields = 5},
    {.major = 4,
     .minor = 1,
     .context = ContextForm::binary,
     .init_message = false,
     .conf_always = false,
     .unix_sockets = true,
     .daemon_argument = true,
     .timing_fields = 5},
    {.major = 4,
     .minor = 2,
     .context = ContextForm::json,
     .init_message = false,
     .conf_always = true,
     .unix_sockets = true,
     .daemon_argument = true,
     .timing_fields = 6},
    {.major = 4,
     .minor = 3,
     .context = ContextForm::json,
     .init_message = true,
     .conf_always = true,
     .unix_sockets = true,
     .daemon_argument = true,
     .timing_fields = 6},
}};

std::string variant_text(const WireVariant& variant) {
  return std::to_string(variant.major) + "." + std::to_string(variant.minor);
}

const WireVariant& find_variant(int major, int minor) {
  const auto found = std::find_if(variants.begin(), variants.end(), [&](const WireVariant& row) {
    return row.major == major && row.minor == minor;
  });
  if (found != variants.end()) return *found;
  std::string known;
  for (const WireVariant& row : variants) {
    if (!known.empty()) known += ", ";
    known += variant_text(row);
  }
  throw Error("PySpark " + std::to_string(major) + "." + std::to_string(minor) +
              " is not supported; install one of these releases: " + known);
}

}  // namespace

PythonRelease::PythonRelease() : variant_(&variants.back()) {}

PythonRelease::PythonRelease(int major, int minor) : variant_(&find_variant(major, minor)) {}

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

std::string PythonRelease::text() const { return variant_text(*variant_); }

std::vector<PythonRelease> known_releases() {
  std::vector<PythonRelease> releases;
  releases.reserve(variants.size());
  for (const WireVariant& row : variants) releases.emplace_back(row.major, row.minor);
  return releases;
}

}  // namespace py4cpp::runner
