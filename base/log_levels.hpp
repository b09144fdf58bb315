// SPDX-License-Identifier: Apache-2.0
//
// Which messages of which component a Log shall see, as a program's user writes it:
//
//   const auto levels = py4cpp::LogLevels::parse("warn,GatewayConnection=debug");
//   options.log = py4cpp::filtered(my_log, levels);
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "log.hpp"

namespace py4cpp {

/// A value; reading it from many threads is safe.
class LogLevels {
 public:
  /// Everything from `least` up, of every component.
  explicit LogLevels(LogLevel least = LogLevel::warn) : least_(least) {}

  /// Reads levels with commas between them: `LEVEL` for all components that are not named, and
  /// `COMPONENT=LEVEL`. Levels are all, trace and debug (which are the same), info, warn (or
  /// warning), error and fatal (the same) and off, in any case; what comes later wins. An empty
  /// text is `warn`. Throws Error that names the part which is none of these.
  static LogLevels parse(std::string_view text);

  /// Sets the level of one component.
  void set(std::string component, LogLevel least);
  /// Silences one component.
  void silence(std::string component);

  bool allows(LogLevel level, std::string_view component) const;

 private:
  /// One more than the highest level, which nothing reaches.
  static constexpr int off = static_cast<int>(LogLevel::error) + 1;

  struct Threshold {
    Threshold(LogLevel least) : value(static_cast<int>(least)) {}
    explicit Threshold(int least) : value(least) {}
    int value;
  };
  static Threshold parse_level(std::string_view name, std::string_view part);

  Threshold least_;
  std::map<std::string, Threshold, std::less<>> components_;
};

/// A Log that passes on what the levels allow. An empty Log stays empty.
Log filtered(Log log, LogLevels levels);

}  // namespace py4cpp
