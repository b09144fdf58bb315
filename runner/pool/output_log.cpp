// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/output_log.hpp"

#include <cstdio>

namespace py4cpp::runner {

void print_line(std::string_view line) {
  // One call per line, so that lines of several threads do not mix.
  std::string text(line);
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
}

OutputLog::OutputLog(std::size_t lines_max, LineSink sink)
    : lines_max_(lines_max), sink_(sink ? std::move(sink) : LineSink(print_line)) {}

void OutputLog::line(std::string_view text) {
  {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(text);
    if (lines_.size() > lines_max_) lines_.pop_front();
    ++lines_seen_;
  }
  sink_(text);
}

std::uint64_t OutputLog::mark() const {
  const std::lock_guard lock(mutex_);
  return lines_seen_;
}

std::vector<std::string> OutputLog::last_lines(std::uint64_t mark) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t newer = lines_seen_ - mark;
  const std::size_t skipped =
      newer < lines_.size() ? lines_.size() - static_cast<std::size_t>(newer) : 0;
  return {lines_.begin() + static_cast<std::ptrdiff_t>(skipped), lines_.end()};
}

void OutputLog::stream_opened() {
  const std::lock_guard lock(mutex_);
  ++streams_;
}

void OutputLog::stream_closed() {
  const std::lock_guard lock(mutex_);
  --streams_;
  closed_.notify_all();
}

void OutputLog::wait_closed(Deadline deadline) const {
  std::unique_lock lock(mutex_);
  closed_.wait_until(lock, deadline, [this] { return streams_ == 0; });
}

void LineSplitter::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    partial_ += bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (end == std::string_view::npos && partial_.size() < line_bytes_max_) return;
    std::string_view rest = partial_;
    do {
      log_.line(rest.substr(0, line_bytes_max_));
      rest.remove_prefix(std::min(rest.size(), line_bytes_max_));
    } while (!rest.empty());
    partial_.clear();
  }
}

void LineSplitter::finish() {
  if (!partial_.empty()) log_.line(partial_);
  partial_.clear();
}

std::string with_lines(std::string message, const std::vector<std::string>& lines) {
  if (lines.empty()) return message;
  message += "\nIts last output was:";
  for (const std::string& line : lines) message += "\n  " + line;
  return message;
}

}  // namespace py4cpp::runner
