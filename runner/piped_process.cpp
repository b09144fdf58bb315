// SPDX-License-Identifier: Apache-2.0
#include "runner/piped_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <exception>
#include <functional>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include "base/process.hpp"
#include "base/socket.hpp"
#include "runner/pipe/frame_lines.hpp"
#include "runner/pool/output_log.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::size_t chunk_bytes = 65536;  // the size of a pipe
constexpr std::size_t stderr_line_bytes_max = 65536;

// The kernel ends the command when the thread that started it ends, so that nothing stays behind
// when this process is killed. A task's thread may end earlier than the task's stream; this one
// lasts as long as its owner.
class StarterThread {
 public:
  Process start(const ProcessOptions& options) {
    std::promise<Process> promise;
    std::future<Process> started = promise.get_future();
    thread_ = std::jthread([&promise, &options, end = end_.get_future()] {
      try {
        promise.set_value(Process(options));
      } catch (...) {
        promise.set_exception(std::current_exception());
      }
      end.wait();
    });
    return started.get();
  }
  ~StarterThread() { end_.set_value(); }

 private:
  std::promise<void> end_;
  std::jthread thread_;  // last: joined before the promise goes
};

// A write to a pipe without a reader raises SIGPIPE, which is the embedder's: this takes it out of
// the way on this thread for as long as the object lives.
class NoBrokenPipeSignal {
 public:
  NoBrokenPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipeSignal() {
    if (!was_pending_) {
      const timespec at_once{};
      while (::sigtimedwait(&pipe_, nullptr, &at_once) == -1 && errno == EINTR) {
      }
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
  NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

void set_nonblocking(const Fd& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

}  // namespace

class PipedProcess::Impl {
 public:
  Impl(PipedProcessOptions options, std::unique_ptr<ByteSource> input,
       std::shared_ptr<const CancelToken> cancel);
  ~Impl() { end(); }

  std::span<const std::byte> next();

 private:
  void start();
  void end();
  bool wait();
  void write_input();
  void refuse_input();
  bool refill_input();
  void read_output();
  std::span<const std::byte> take_output();
  void read_errors();
  void check_status();

  const PipedProcessOptions options_;
  std::unique_ptr<ByteSource> input_;
  const std::shared_ptr<const CancelToken> cancel_;
  OutputLog errors_;
  LineSplitter error_lines_;
  StarterThread starter_;
  Process process_;
  Fd stdin_;
  Fd stdout_;
  Fd stderr_;
  Fd exit_;      // until the command has ended
  Bytes lines_;  // input, in the command's form, that it has not taken yet
  std::size_t lines_written_ = 0;
  FramesToLines to_lines_;
  LinesToFrames lines_to_frames_;
  FrameCutter frame_cutter_;
  std::vector<char> chunk_;
  std::exception_ptr failure_;
  bool done_ = false;
};

PipedProcess::Impl::Impl(PipedProcessOptions options, std::unique_ptr<ByteSource> input,
                         std::shared_ptr<const CancelToken> cancel)
    : options_(std::move(options)),
      input_(std::move(input)),
      cancel_(std::move(cancel)),
      errors_(options_.stderr_lines_max, options_.stderr_lines),
      error_lines_(errors_, stderr_line_bytes_max),
      lines_to_frames_(options_.line_bytes_max),
      frame_cutter_(options_.line_bytes_max),
      chunk_(chunk_bytes) {
  start();
}

void PipedProcess::Impl::start() {
  if (options_.command.empty()) throw Error("a piped process needs a command");
  Environment environment = current_environment();
  for (const auto& [name, value] : options_.environment) environment[name] = value;
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  process_ = starter_.start({.argv = options_.command,
                             .environment = std::move(environment),
                             .working_directory = options_.working_directory,
                             .stdin_fd = in.read_end.get(),
                             .stdout_fd = out.write_end.get(),
                             .stderr_fd = err.write_end.get(),
                             .keep_fds = {},
                             .new_process_group = true,
                             .death_signal = SIGKILL});
  stdin_ = std::move(in.write_end);
  stdout_ = std::move(out.read_end);
  stderr_ = std::move(err.read_end);
  for (const Fd* fd : {&stdin_, &stdout_, &stderr_}) set_nonblocking(*fd);
  exit_ = process_.exit_fd();
}

// Whatever the command has started goes with it; its id stays taken until it is reaped.
void PipedProcess::Impl::end() {
  if (process_ && !done_) process_.kill_group(SIGKILL);
  process_ = Process();
  stdin_.reset();
  stdout_.reset();
  stderr_.reset();
  exit_.reset();
}

std::span<const std::byte> PipedProcess::Impl::next() {
  if (failure_) std::rethrow_exception(failure_);
  if (done_) return {};
  try {
    for (;;) {
      const std::span<const std::byte> frames = take_output();
      if (!frames.empty()) return frames;
      if (!wait()) {
        check_status();
        done_ = true;
        return {};
      }
    }
  } catch (...) {
    failure_ = std::current_exception();
    end();
    input_.reset();
    throw;
  }
}

// Moves what can be moved. False when the command has ended, its input is taken or refused, and its
// output has ended. Stderr may stay open: what the command started may have it for long.
bool PipedProcess::Impl::wait() {
  if (!stdin_ && !stdout_ && !exit_) return false;
  std::array<pollfd, 5> entries{{{stdin_.get(), POLLOUT, 0},
                                 {stdout_.get(), POLLIN, 0},
                                 {stderr_.get(), POLLIN, 0},
                                 {exit_.get(), POLLIN, 0},
                                 {cancel_ ? cancel_->fd() : -1, POLLIN, 0}}};
  if (::poll(entries.data(), entries.size(), -1) < 0) {
    if (errno == EINTR) return true;
    throw Error(std::string("poll failed: ") + std::strerror(errno));
  }
  if (cancel_) cancel_->throw_if_cancelled();
  if ((entries[0].revents & POLLERR) != 0) {
    refuse_input();
  } else if (entries[0].revents != 0) {
    write_input();
  }
  if (entries[1].revents != 0) read_output();
  if (entries[2].revents != 0) read_errors();
  if (entries[3].revents != 0) exit_.reset();
  return true;
}

void PipedProcess::Impl::write_input() {
  if (lines_written_ == lines_.size() && !refill_input()) {
    stdin_.reset();
    return;
  }
  const NoBrokenPipeSignal guard;
  const ssize_t count =
      ::write(stdin_.get(), lines_.data() + lines_written_, lines_.size() - lines_written_);
  if (count >= 0) {
    lines_written_ += static_cast<std::size_t>(count);
  } else if (errno != EAGAIN && errno != EINTR) {
    refuse_input();
  }
}

// The command wants no more; its exit status tells whether that is right.
void PipedProcess::Impl::refuse_input() {
  stdin_.reset();
  input_.reset();
}

bool PipedProcess::Impl::refill_input() {
  lines_.clear();
  lines_written_ = 0;
  while (input_ && lines_.empty()) {
    const std::span<const std::byte> frames = input_->next();
    if (frames.empty()) {
      input_.reset();
    } else {
      if (options_.input == PipeForm::frames) {
        lines_.assign(frames.begin(), frames.end());
      } else {
        to_lines_.convert(frames, lines_);
      }
    }
  }
  return !lines_.empty();
}

void PipedProcess::Impl::read_output() {
  const ssize_t count = ::read(stdout_.get(), chunk_.data(), chunk_.size());
  const bool in_frames = options_.output == PipeForm::frames;
  if (count > 0) {
    const std::string_view bytes(chunk_.data(), static_cast<std::size_t>(count));
    in_frames ? frame_cutter_.feed(bytes) : lines_to_frames_.feed(bytes);
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    stdout_.reset();
    if (!in_frames) lines_to_frames_.finish();
  }
}

std::span<const std::byte> PipedProcess::Impl::take_output() {
  return options_.output == PipeForm::frames ? frame_cutter_.take() : lines_to_frames_.take();
}

void PipedProcess::Impl::read_errors() {
  const ssize_t count = ::read(stderr_.get(), chunk_.data(), chunk_.size());
  if (count > 0) {
    error_lines_.feed({chunk_.data(), static_cast<std::size_t>(count)});
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    error_lines_.finish();
    stderr_.reset();
  }
}

void PipedProcess::Impl::check_status() {
  if (stderr_) {
    read_errors();  // a chunk is all that a pipe holds
    error_lines_.finish();
  }
  const ExitStatus status = process_.wait();
  if (status.success()) {
    // A command that failed has a better explanation for a frame that is cut off.
    if (options_.output == PipeForm::frames) frame_cutter_.finish();
    return;
  }
  const std::vector<std::string> lines = errors_.last_lines();
  throw WorkerFailed(with_lines("Subprocess exited with " + status.text() +
                                    ". Command ran: " + joined(options_.command),
                                lines),
                     lines);
}

PipedProcess::PipedProcess(PipedProcessOptions options, std::unique_ptr<ByteSource> input,
                           std::shared_ptr<const CancelToken> cancel)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(input), std::move(cancel))) {}

PipedProcess::~PipedProcess() = default;

std::span<const std::byte> PipedProcess::next() { return impl_->next(); }

}  // namespace py4cpp::runner
