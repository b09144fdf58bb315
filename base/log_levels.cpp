// SPDX-License-Identifier: Apache-2.0
#include "base/log_levels.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/error.hpp"

namespace py4cpp {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return result;
}

}  // namespace

LogLevels LogLevels::parse(std::string_view text) {
  LogLevels levels;
  while (!text.empty()) {
    const auto part = trimmed(text.substr(0, text.find(',')));
    text.remove_prefix(std::min(text.find(','), text.size() - 1) + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) {
      levels.least_ = parse_level(part, part);
      continue;
    }
    const auto component = trimmed(part.substr(0, equals));
    if (component.empty())
      throw Error("the log level " + std::string(part) + " names no component");
    levels.components_.insert_or_assign(std::string(component),
                                        parse_level(trimmed(part.substr(equals + 1)), part));
  }
  return levels;
}

void LogLevels::set(std::string component, LogLevel least) {
  components_.insert_or_assign(std::move(component), least);
}

void LogLevels::silence(std::string component) {
  components_.insert_or_assign(std::move(component), Threshold(off));
}

bool LogLevels::allows(LogLevel level, std::string_view component) const {
  const auto found = components_.find(component);
  const Threshold& least = found == components_.end() ? least_ : found->second;
  return static_cast<int>(level) >= least.value;
}

LogLevels::Threshold LogLevels::parse_level(std::string_view name, std::string_view part) {
  const std::string level = lower(name);
  if (level == "all" || level == "trace" || level == "debug") return LogLevel::debug;
  if (level == "info") return LogLevel::info;
  if (level == "warn" || level == "warning") return LogLevel::warn;
  if (level == "error" || level == "fatal") return LogLevel::error;
  if (level == "off") return Threshold(off);
  throw Error("there is no log level like " + std::string(part) +
              "; write debug, info, warn, error or off, or COMPONENT=LEVEL");
}

Log filtered(Log log, LogLevels levels) {
  if (!log) return log;
  return [log = std::move(log), levels = std::move(levels)](
             LogLevel level, std::string_view component, std::string_view text) {
    if (levels.allows(level, component)) log(level, component, text);
  };
}

}  // namespace py4cpp
