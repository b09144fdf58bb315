// SPDX-License-Identifier: Apache-2.0
//
// Finds out where a line of output came from, without I/O.
#pragma once

#include <optional>
#include <string_view>

#include "runner/pool/output_log.hpp"
#include "runner/pool/task_names.hpp"
#include "runner/worker_options.hpp"

namespace py4cpp::runner {

/// A line as a sink gets it. `worker_pid` is the only process that writes to this stream, 0 when
/// there are several. Lines of the worker's logging, `PYTHON_WORKER_LOGGING:<pid>:<json>`, name
/// their worker themselves; the empty one at a task's end is nothing, and a piece of one is a plain
/// line.
std::optional<OutputLine> output_line(std::string_view text, LinePart part, pid_t worker_pid,
                                      const TaskNames& tasks);

}  // namespace py4cpp::runner
