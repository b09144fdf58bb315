// SPDX-License-Identifier: Apache-2.0
//
// Any command as a step of a stream: it gets each input frame as a line on stdin and each line of
// its stdout becomes an output frame, as `rdd.pipe` wants it. Or frames go both ways as they are.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "byte_source.hpp"
#include "cancel_token.hpp"
#include "worker_options.hpp"

namespace py4cpp::runner {

/// What a command reads or writes.
enum class PipeForm {
  lines,   ///< an item is a line of text; one that is read may end with \n, \r\n or \r
  frames,  ///< an item is a big endian 32-bit length and that many bytes, as in a ByteSource
};

struct PipedProcessOptions {
  /// The program and its arguments; a program without a slash is looked up on PATH.
  std::vector<std::string> command = {};
  /// Added to this process's environment.
  std::map<std::string, std::string> environment = {};
  /// This process's own when empty.
  std::string working_directory = {};
  PipeForm input = PipeForm::lines;
  PipeForm output = PipeForm::lines;
  /// The longest line or frame that the command may write.
  std::size_t line_bytes_max = std::size_t{1} << 30;
  /// The last lines of stderr that an error shows.
  std::size_t stderr_lines_max = 50;
  /// Where lines of stderr go; this process's stderr when empty.
  LineSink stderr_lines = {};
};

/// Feeds stdin while reading stdout, until the command and its stdout have ended: one that does not
/// read all of its input is no failure, an exit status other than 0 is, or one that is not to be
/// had because this program ignores SIGCHLD or waits for any child. Of stderr counts what was
/// written by then. Destroying the source before its end kills the command's process group; when
/// this process dies, the command gets SIGKILL.
///
/// The input belongs to a thread of the source's own, which also destroys it, so that the command
/// is read, and its end and a cancellation seen, while the input blocks. Destroying the source
/// waits for a call of the input's `next` that is under way: an input that may block for long
/// should end with the same CancelToken.
class PipedProcess final : public ByteSource {
 public:
  /// Starts the command. Throws Error that names it when it is empty, not found or not executable.
  PipedProcess(PipedProcessOptions options, std::unique_ptr<ByteSource> input,
               std::shared_ptr<const CancelToken> cancel = {});
  ~PipedProcess() override;

  /// Output lines as frames of their bytes, without the line's end, or the frames that the command
  /// wrote. Throws WorkerFailed with the status, the command and its last stderr lines when it
  /// failed, TaskCancelled, Error for a line or frame over the bound or an output that ends within
  /// a frame, and what the input throws.
  std::span<const std::byte> next() override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace py4cpp::runner
