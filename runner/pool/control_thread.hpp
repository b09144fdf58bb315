// SPDX-License-Identifier: Apache-2.0
//
// The one thread behind all worker factories of an application. It starts child processes (the
// kernel ends a child when the thread that started it ends, so this must be a lasting one), takes
// in what they print, and does timed work. No task's data passes through it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "base/fd.hpp"
#include "runner/pool/output_log.hpp"

namespace boost::asio {
class io_context;
}

namespace py4cpp::runner {

class ControlThread {
 public:
  explicit ControlThread(LineBounds lines);
  ControlThread(const ControlThread&) = delete;
  ControlThread& operator=(const ControlThread&) = delete;
  /// Takes in what is left to read, and ends the thread.
  ~ControlThread();

  /// Runs `work` on the thread, waits for it and throws what it throws.
  void run(const std::function<void()>& work);

  /// For small servers: their handlers run on the thread, and must not block.
  boost::asio::io_context& context();

  /// Reads lines from a pipe into `log` until the pipe's end.
  void drain(Fd pipe, std::shared_ptr<OutputLog> log);

  /// Returns when everything that was printed before the call is in its log.
  void catch_up();

  /// Calls `work` one time, after `delay`, unless the thread ends before. It must not throw nor
  /// block.
  void once(std::chrono::milliseconds delay, std::function<void()> work);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace py4cpp::runner
