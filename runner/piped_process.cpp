// SPDX-License-Identifier: Apache-2.0
#include "runner/piped_process.hpp"

#include <fcntl.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <utility>

#include "base/process.hpp"
#include "base/socket.hpp"
#include "runner/pipe/command_thread.hpp"
#include "runner/pipe/frame_lines.hpp"
#include "runner/pool/output_log.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::size_t chunk_bytes = 65536;  // the size of a pipe
constexpr LineBounds stderr_bounds{.line_bytes_max = 65536, .record_bytes_max = 65536};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

LinePartSink as_sink(const LineSink& lines) {
  if (!lines) return {};
  return [lines](std::string_view text, LinePart) { lines(text); };
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
  void start(std::unique_ptr<ByteSource> input);
  void end();
  bool wait();
  void read_output();
  std::span<const std::byte> take_output();
  void read_errors();
  void check_status();

  const PipedProcessOptions options_;
  const std::shared_ptr<const CancelToken> cancel_;
  OutputLog errors_;
  LineSplitter error_lines_;
  std::unique_ptr<CommandThread> thread_;
  Process process_;
  Fd stdout_;
  Fd stderr_;
  Fd exit_;  // until the command has ended
  LinesToFrames lines_to_frames_;
  FrameCutter frame_cutter_;
  std::vector<char> chunk_;
  std::exception_ptr failure_;
  bool done_ = false;
};

PipedProcess::Impl::Impl(PipedProcessOptions options, std::unique_ptr<ByteSource> input,
                         std::shared_ptr<const CancelToken> cancel)
    : options_(std::move(options)),
      cancel_(std::move(cancel)),
      errors_(options_.stderr_lines_max, as_sink(options_.stderr_lines)),
      error_lines_(errors_, stderr_bounds),
      lines_to_frames_(options_.line_bytes_max),
      frame_cutter_(options_.line_bytes_max),
      chunk_(chunk_bytes) {
  start(std::move(input));
}

void PipedProcess::Impl::start(std::unique_ptr<ByteSource> input) {
  if (options_.command.empty()) throw Error("a piped process needs a command");
  Environment environment = current_environment();
  for (const auto& [name, value] : options_.environment) environment[name] = value;
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  for (const Fd* fd : {&in.write_end, &out.read_end, &err.read_end}) set_nonblocking(*fd);
  thread_ = std::make_unique<CommandThread>(
      ProcessOptions{.argv = options_.command,
                     .environment = std::move(environment),
                     .working_directory = options_.working_directory,
                     .stdin_fd = in.read_end.get(),
                     .stdout_fd = out.write_end.get(),
                     .stderr_fd = err.write_end.get(),
                     .keep_fds = {},
                     .new_process_group = true,
                     .death_signal = SIGKILL},
      std::move(in.write_end), std::move(input), options_.input);
  process_ = thread_->take_process();
  stdout_ = std::move(out.read_end);
  stderr_ = std::move(err.read_end);
  exit_ = process_.exit_fd();
}

// Whatever the command has started goes with it; its id stays taken until it is reaped.
void PipedProcess::Impl::end() {
  if (process_ && !done_) process_.kill_group(SIGKILL);
  process_ = Process();
  thread_->stop();
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
        thread_->stop();
        return {};
      }
    }
  } catch (...) {
    failure_ = std::current_exception();
    end();
    throw;
  }
}

// Moves what can be moved. False when the command and its output have ended. Stderr may stay open:
// what the command started may have it for long.
bool PipedProcess::Impl::wait() {
  if (!stdout_ && !exit_) return false;
  std::array<pollfd, 5> entries{{{thread_->failed().get(), POLLIN, 0},
                                 {stdout_.get(), POLLIN, 0},
                                 {stderr_.get(), POLLIN, 0},
                                 {exit_.get(), POLLIN, 0},
                                 {cancel_ ? cancel_->fd() : -1, POLLIN, 0}}};
  if (::poll(entries.data(), entries.size(), -1) < 0) {
    if (errno == EINTR) return true;
    throw Error(std::string("poll failed: ") + std::strerror(errno));
  }
  if (cancel_) cancel_->throw_if_cancelled();
  if (entries[0].revents != 0) std::rethrow_exception(thread_->failure());
  if (entries[1].revents != 0) read_output();
  if (entries[2].revents != 0) read_errors();
  if (entries[3].revents != 0) exit_.reset();
  return true;
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
