// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/output_line.hpp"

#include <charconv>

namespace py4cpp::runner {
namespace {

// Takes mark and process id off a record; false when the line is none.
bool take_record_head(std::string_view& text, pid_t& pid) {
  if (!text.starts_with(record_mark)) return false;
  const char* const end = text.data() + text.size();
  const auto [after_pid, error] = std::from_chars(text.data() + record_mark.size(), end, pid);
  if (error != std::errc() || pid <= 0 || after_pid == end || *after_pid != ':') return false;
  text.remove_prefix(static_cast<std::size_t>(after_pid + 1 - text.data()));
  return true;
}

}  // namespace

std::optional<OutputLine> output_line(std::string_view text, LinePart part, pid_t worker_pid,
                                      const TaskNames& tasks) {
  OutputLine line{.text = text, .worker_pid = worker_pid};
  pid_t named = 0;
  if (part == LinePart::whole && take_record_head(text, named)) {
    if (text.empty()) return std::nullopt;
    line = {.text = text, .worker_pid = named, .task_attempt_id = {}, .is_record = true};
  }
  if (line.worker_pid > 0) line.task_attempt_id = tasks.find(line.worker_pid);
  return line;
}

}  // namespace py4cpp::runner
