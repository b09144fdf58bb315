// SPDX-License-Identifier: Apache-2.0
//
// What processes print: cut into lines, forwarded, and the last ones kept for error texts.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/socket.hpp"
#include "runner/worker_options.hpp"

namespace py4cpp::runner {

/// Writes a line to this process's stderr: what a LineSink does when none is given.
void print_line(std::string_view line);

/// How lines of the workers' logging begin.
inline constexpr std::string_view record_mark = "PYTHON_WORKER_LOGGING:";

/// Whether a line is all that was written until the next line's end.
enum class LinePart { whole, piece };

/// Gets each line, or each piece of one that is over its bound; else as a LineSink.
using LinePartSink = std::function<void(std::string_view text, LinePart part)>;

/// How long lines may get before they are cut.
struct LineBounds {
  std::size_t line_bytes_max = 0;
  std::size_t record_bytes_max = 0;  ///< for lines that begin with the mark of a record
};

/// Several streams of one process, or of one daemon and its workers, as one sequence of lines. Any
/// thread may call any function.
class OutputLog {
 public:
  /// Keeps the last `lines_max` lines, as far as they are short enough to be shown. An empty sink
  /// prints.
  OutputLog(std::size_t lines_max, LinePartSink sink);

  /// Takes one line, or a piece of one.
  void line(std::string_view text, LinePart part = LinePart::whole);

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
  LinePartSink sink_;
  mutable std::mutex mutex_;  // guards everything below
  mutable std::condition_variable closed_;
  std::deque<std::string> lines_;
  std::uint64_t lines_seen_ = 0;
  int streams_ = 0;
};

/// Cuts one stream of bytes into lines, whatever the pieces in which they come. A line over its
/// bound is cut at every multiple of it.
class LineSplitter {
 public:
  LineSplitter(OutputLog& log, LineBounds bounds) : log_(log), bounds_(bounds) {}

  void feed(std::string_view bytes);
  /// The stream ended: what is left is a line as well.
  void finish();

 private:
  std::size_t bytes_max() const;
  void end_line();

  OutputLog& log_;
  const LineBounds bounds_;
  std::string partial_;
  bool cut_ = false;  // the line that is being read has lost its beginning
};

/// "message" and, below it, the lines. For errors.
std::string with_lines(std::string message, const std::vector<std::string>& lines);

}  // namespace py4cpp::runner
