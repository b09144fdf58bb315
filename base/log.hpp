// SPDX-License-Identifier: Apache-2.0
//
// Where the libraries send what a person may want to read. They never write to a stream
// themselves: the program that embeds them decides, by passing a Log.
#pragma once

#include <functional>
#include <string_view>

namespace py4cpp {

enum class LogLevel { debug, info, warn, error };

/// Called with the component's name ("WorkerFactory") and one message (it may have several lines).
/// May be called from any thread at any time; must not throw. An empty Log drops everything.
using Log = std::function<void(LogLevel level, std::string_view component, std::string_view text)>;

}  // namespace py4cpp
