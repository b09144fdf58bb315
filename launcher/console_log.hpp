// SPDX-License-Identifier: Apache-2.0
//
// What the libraries report, on standard error, in the look that Spark's users and their log tools
// know: `24/05/31 10:15:30 WARN WorkerFactory: text`.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "base/log_levels.hpp"

namespace py4cpp::launcher {

/// A Log that writes what the levels allow to standard error, each line in one write.
Log console_log(LogLevels levels);

/// One line of the log with its end.
std::string log_line(std::time_t when, LogLevel level, std::string_view component,
                     std::string_view text);

}  // namespace py4cpp::launcher
