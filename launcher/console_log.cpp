// SPDX-License-Identifier: Apache-2.0
#include "launcher/console_log.hpp"

#include <unistd.h>

#include <array>
#include <utility>

namespace py4cpp::launcher {
namespace {

const char* name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "DEBUG";
    case LogLevel::info:
      return "INFO";
    case LogLevel::warn:
      return "WARN";
    case LogLevel::error:
      return "ERROR";
  }
  return "ERROR";
}

}  // namespace

std::string log_line(std::time_t when, LogLevel level, std::string_view component,
                     std::string_view text) {
  std::tm local{};
  ::localtime_r(&when, &local);
  std::array<char, 32> stamp{};
  const std::size_t size = std::strftime(stamp.data(), stamp.size(), "%y/%m/%d %H:%M:%S", &local);
  std::string line(stamp.data(), size);
  line.append(" ").append(name_of(level)).append(" ").append(component).append(": ");
  line.append(text);
  if (line.back() != '\n') line += '\n';
  return line;
}

Log console_log(LogLevels levels) {
  const auto write_line = [](LogLevel level, std::string_view component, std::string_view text) {
    const std::string line = log_line(std::time(nullptr), level, component, text);
    // A standard error that is gone or full is no reason to stop working.
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
  };
  return filtered(write_line, std::move(levels));
}

}  // namespace py4cpp::launcher
