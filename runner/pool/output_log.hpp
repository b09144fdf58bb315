// SPDX-License-Identifier: Apache-2.0
//
// What processes print: cut into lines, forwarded, and the last ones kept for error texts.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/socket.hpp"
#include "runner/worker_options.hpp"

namespace py4cpp::runner {

/// Writes a line to this process's stderr: what a LineSink does when none is given.
void print_line(std::string_view line);

/// Several streams of one process, or of one daemon and its workers, as one sequence of lines. Any
/// thread may call any function.
class OutputLog {
 public:
  /// Keeps the last `lines_max` lines. An empty sink prints.
  OutputLog(std::size_t lines_max, LineSink sink);

  /// Takes one whole line.
  void line(std::string_view text);

  /// A number for this moment, for `last_lines`.
  std::uint64_t mark() const;
  /// The kept lines that came after `mark`, oldest first.
  std::vector<std::string> last_lines(std::uint64_t mark = 0) const;

  /// Counts streams that feed this log.
  void stream_opened();
  void stream_closed();
  /// Waits until every stream has ended, at most until `deadline`.
  void wait_closed(Deadline deadline) const;

 private:
  const std::size_t lines_max_;
  const LineSink sink_;
  mutable std::mutex mutex_;  // guards everything below
  mutable std::condition_variable closed_;
  std::deque<std::string> lines_;
  std::uint64_t lines_seen_ = 0;
  int streams_ = 0;
};

/// Cuts one stream of bytes into lines. A line over the bound is cut in pieces.
class LineSplitter {
 public:
  LineSplitter(OutputLog& log, std::size_t line_bytes_max)
      : log_(log), line_bytes_max_(line_bytes_max) {}

  void feed(std::string_view bytes);
  /// The stream ended: what is left is a line as well.
  void finish();

 private:
  OutputLog& log_;
  std::size_t line_bytes_max_;
  std::string partial_;
};

/// "message" and, below it, the lines. For errors.
std::string with_lines(std::string message, const std::vector<std::string>& lines);

}  // namespace py4cpp::runner
