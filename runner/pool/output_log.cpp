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

namespace {

// Of a line that an error shows.
constexpr std::size_t shown_bytes_max = 65536;

}  // namespace

OutputLog::OutputLog(std::size_t lines_max, LinePartSink sink)
    : lines_max_(lines_max), sink_(std::move(sink)) {
  if (!sink_) sink_ = [](std::string_view text, LinePart) { print_line(text); };
}

void OutputLog::line(std::string_view text, LinePart part) {
  {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(text.substr(0, shown_bytes_max));
    if (lines_.size() > lines_max_) lines_.pop_front();
    ++lines_seen_;
  }
  sink_(text, part);
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

std::size_t LineSplitter::bytes_max() const {
  return partial_.starts_with(record_mark) ? bounds_.record_bytes_max : bounds_.line_bytes_max;
}

void LineSplitter::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    partial_ += bytes.substr(0, end);
    for (std::size_t most = bytes_max(); partial_.size() > most; most = bytes_max()) {
      log_.line(std::string_view(partial_).substr(0, most), LinePart::piece);
      partial_.erase(0, most);
      cut_ = true;
    }
    if (end == std::string_view::npos) return;
    end_line();
    bytes.remove_prefix(end + 1);
  }
}

void LineSplitter::finish() {
  if (!partial_.empty()) end_line();
}

void LineSplitter::end_line() {
  log_.line(partial_, cut_ ? LinePart::piece : LinePart::whole);
  partial_.clear();
  cut_ = false;
}

std::string with_lines(std::string message, const std::vector<std::string>& lines) {
  if (lines.empty()) return message;
  message += "\nIts last output was:";
  for (const std::string& line : lines) message += "\n  " + line;
  return message;
}

}  // namespace py4cpp::runner
