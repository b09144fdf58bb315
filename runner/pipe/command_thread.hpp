// SPDX-License-Identifier: Apache-2.0
//
// The thread behind a piped command. It starts the command, because the kernel ends one with the
// thread that started it, and then feeds it, because an input may block while the command's output,
// its end or a cancellation want to be seen.
#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "base/process.hpp"
#include "runner/byte_source.hpp"
#include "runner/pipe/frame_lines.hpp"
#include "runner/piped_process.hpp"
#include "runner/pool/event.hpp"

namespace py4cpp::runner {

/// Belongs to one thread; the input, to the thread behind it.
class CommandThread {
 public:
  /// Starts the command, with a death signal if the options have one, and feeds `stdin_end`, which
  /// does not block, with all runs of `input`, each when the one before was taken. Throws Error as
  /// Process does.
  CommandThread(const ProcessOptions& options, Fd stdin_end, std::unique_ptr<ByteSource> input,
                PipeForm form);
  CommandThread(const CommandThread&) = delete;
  CommandThread& operator=(const CommandThread&) = delete;
  /// As `stop`; waits for a call of the input's `next` that is under way. The command has ended.
  ~CommandThread();

  /// The command; once.
  Process take_process() { return std::move(process_); }

  /// Feeds no more: the input is destroyed as soon as it does not run. Does not wait.
  void stop() { stop_.set(); }

  /// Becomes readable, for good, when the input has failed. The command's stdin stays open then: it
  /// must not take what it got for the whole.
  const Fd& failed() const { return failed_.fd(); }
  /// What the input has thrown; null before it failed.
  std::exception_ptr failure() const;

 private:
  void feed(ByteSource& input, PipeForm form);
  bool write(std::span<const std::byte> bytes) const;

  Event stop_;
  Event failed_;
  Process process_;
  Fd stdin_;                  // the thread's
  mutable std::mutex mutex_;  // guards failure_
  std::exception_ptr failure_;
  std::jthread thread_;  // last: joined before the rest goes
};

}  // namespace py4cpp::runner
