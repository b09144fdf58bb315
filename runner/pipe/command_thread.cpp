// SPDX-License-Identifier: Apache-2.0
#include "runner/pipe/command_thread.hpp"

#include <poll.h>

#include <array>
#include <cerrno>
#include <future>
#include <utility>

#include "base/socket.hpp"
#include "runner/pool/block_signals.hpp"

namespace py4cpp::runner {

CommandThread::CommandThread(const ProcessOptions& options, Fd stdin_end,
                             std::unique_ptr<ByteSource> input, PipeForm form)
    : stdin_(std::move(stdin_end)) {
  std::promise<Process> promise;
  std::future<Process> started = promise.get_future();
  thread_ = std::jthread(
      [this, &options, promise = std::move(promise), input = std::move(input), form]() mutable {
        block_signals();  // SIGPIPE too, which a command that wants no more raises
        try {
          promise.set_value(Process(options));
        } catch (...) {
          return promise.set_exception(std::current_exception());
        }
        feed(*input, form);
        input.reset();
        wait_readable(stop_.fd(), no_deadline);
      });
  process_ = started.get();
}

CommandThread::~CommandThread() { stop_.set(); }

std::exception_ptr CommandThread::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void CommandThread::feed(ByteSource& input, PipeForm form) try {
  const FramesToLines to_lines;
  Bytes lines;
  for (auto run = input.next(); !run.empty(); run = input.next()) {
    if (form == PipeForm::lines) {
      lines.clear();
      to_lines.convert(run, lines);
      run = lines;
    }
    if (!write(run)) break;
  }
  stdin_.reset();
} catch (...) {
  {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
  }
  failed_.set();
}

// False when the command wants no more, or when nobody does.
bool CommandThread::write(std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    std::array<pollfd, 2> entries{{{stdin_.get(), POLLOUT, 0}, {stop_.fd().get(), POLLIN, 0}}};
    ::poll(entries.data(), entries.size(), -1);
    if (entries[1].revents != 0) return false;
    const ssize_t count = ::write(stdin_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (errno != EAGAIN && errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace py4cpp::runner
