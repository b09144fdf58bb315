// SPDX-License-Identifier: Apache-2.0
#include "runner/task/running_task.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "runner/pool/daemon.hpp"
#include "runner/task/traceback.hpp"

namespace py4cpp::runner {
namespace {

// What a Unix socket holds on its way to a worker: so much that the worker finds its next batch
// there when it is done with one, also when this process is busy with something else meanwhile.
constexpr int send_buffer_bytes = 1 << 20;
// How long the last bytes of a worker that ended may be on their way. The end of its connection
// does not tell: a child that it left behind may hold the other end.
constexpr int last_bytes_ms_max = 500;
// A frame or batch gets its memory at once up to this size; a larger one gets more and more as its
// bytes arrive.
constexpr std::size_t at_once_bytes_max = std::size_t{64} << 20;
// Writes at a time, before reading has its turn again.
constexpr int writes_max = 8;

// TCP sockets find their size themselves.
void widen(const Fd& socket) {
  int domain = 0;
  socklen_t size = sizeof domain;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) return;
  if (domain != AF_UNIX) return;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
}

void* unconst(const std::byte* bytes) { return const_cast<std::byte*>(bytes); }

}  // namespace

RunningTask::RunningTask(Lease lease, TaskInput input, AnswerForm form,
                         std::shared_ptr<const CancelToken> cancel)
    : lease_(std::move(lease)),
      host_(lease_->host),
      pid_(lease_->pid),
      reused_(lease_->tasks > 1),
      output_mark_(lease_->output->mark()),
      input_(std::move(input)),
      cancel_(std::move(cancel)),
      parser_(host_.options.release.variant().timing_fields,
              {.frame_bytes_max = host_.options.task_bytes_max,
               .accumulators_max = host_.options.accumulators_max},
              form),
      meter_(host_.counters) {
  // A worker that is new has imports to do, which it can do while the input is made. One that is
  // warm gets header and data, if they fit, in a single write.
  if (reused_) {
    try {
      input_.fill();
    } catch (...) {
      fail(std::current_exception());  // `next` throws it
      return;
    }
  } else {
    widen(lease_->socket);
  }
  send_some();
}

RunningTask::~RunningTask() { count_items(); }

void RunningTask::count_items() {
  meter_.items({.rows_sent = input_.rows(),
                .rows_received = parser_.rows(),
                .frames_sent = input_.frames(),
                .frames_received = parser_.frames()});
}

std::span<const std::byte> RunningTask::next() {
  if (failure_) std::rethrow_exception(failure_);
  if (done_) return {};
  try {
    lease_->buffer.consume(std::exchange(handed_out_, 0));
    return advance();
  } catch (...) {
    fail(std::current_exception());
    throw;
  }
}

void RunningTask::fail(std::exception_ptr failure) {
  failure_ = std::move(failure);
  count_items();
  meter_.failed(failure_);
  lease_.finish(failure_event_);
  input_.drop();
}

std::shared_ptr<const void> RunningTask::hold_run() {
  return handed_out_ > 0 && lease_ ? lease_->buffer.hold() : nullptr;
}

std::span<const std::byte> RunningTask::advance() {
  for (;;) {
    InputBuffer& buffer = lease_->buffer;
    const AnswerStep step = parser_.parse(buffer.unread());
    if (step.event == AnswerEvent::frames) {
      handed_out_ = step.consumed;
      return buffer.unread().first(step.consumed);
    }
    buffer.consume(step.consumed);
    switch (step.event) {
      case AnswerEvent::more:
        receive(step.wanted);
        break;
      case AnswerEvent::arrow_begins:
        buffer.align();
        break;
      case AnswerEvent::results_done:
        // What the worker has not read by now, it never will.
        left_over_ = !input_.data_sent();
        if (left_over_) input_.drop();
        break;
      case AnswerEvent::traceback:
        fail_raised();
      case AnswerEvent::violation:
        if (parser_.over_bound()) fail_too_large();
        fail_worker("broke the protocol: " + parser_.violation());
      case AnswerEvent::end:
        finish_answer(parser_.reusable());
        return {};
      case AnswerEvent::frames:
      case AnswerEvent::progress:
        break;
    }
    // With input left over, the worker waits for more of it before its last word.
    if (left_over_ && parser_.accounts_done()) {
      finish_answer(false);
      return {};
    }
  }
}

void RunningTask::finish_answer(bool reusable) {
  done_ = true;
  count_items();
  meter_.completed(parser_.timing());
  const bool clean = reusable && !input_.pending() && lease_->buffer.unread().empty();
  input_.drop();
  if (clean) lease_->buffer.trim();
  lease_.finish(clean ? WorkerEvent::task_clean : WorkerEvent::task_early);
}

void RunningTask::receive(std::size_t wanted) {
  const std::span<std::byte> room = lease_->buffer.prepare(wanted, at_once_bytes_max);
  for (;;) {
    bool readable = false;
    bool writable = false;
    wait_for_worker(readable, writable);
    if (writable) send_input();
    if (!readable) continue;
    const ssize_t count = ::recv(lease_->socket.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (count > 0) {
      meter_.received(static_cast<std::size_t>(count));
      return lease_->buffer.commit(static_cast<std::size_t>(count));
    }
    if (count == 0) fail_lost("ended its connection");
    if (errno != EAGAIN && errno != EINTR) {
      fail_lost(std::string("lost its connection (") + std::strerror(errno) + ")");
    }
  }
}

// As much as the socket takes, within reason.
void RunningTask::send_input() {
  for (int i = 0; i < writes_max && input_.pending(); ++i) {
    input_.fill();
    if (!send_some()) return;
  }
}

void RunningTask::wait_for_worker(bool& readable, bool& writable) {
  const bool writes = input_.pending() && !worker_ended_;
  const short events = static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN);
  // Poll passes over a negative descriptor.
  std::array<pollfd, 3> entries{{{lease_->socket.get(), events, 0},
                                 {worker_ended_ ? -1 : lease_->process_fd.get(), POLLIN, 0},
                                 {cancel_ ? cancel_->fd() : -1, POLLIN, 0}}};
  const auto idle_ms_max = host_.options.task_idle_ms_max.count();
  int wait_ms = idle_ms_max > 0 ? static_cast<int>(idle_ms_max) : -1;
  if (worker_ended_) wait_ms = last_bytes_ms_max;
  const int ready = ::poll(entries.data(), entries.size(), wait_ms);
  if (ready < 0 && errno != EINTR) throw Error(std::string("poll failed: ") + std::strerror(errno));
  if (ready == 0 && worker_ended_) fail_lost("ended");
  if (ready == 0) on_idle();
  if (ready <= 0) return;
  if (cancel_) cancel_->throw_if_cancelled();
  if (entries[1].revents != 0) worker_ended_ = true;
  writable = (entries[0].revents & POLLOUT) != 0;
  readable = (entries[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
}

// True when all that was there to send went out.
bool RunningTask::send_some() {
  const auto parts = input_.unsent();
  std::array<iovec, 2> vectors{
      {{unconst(parts[0].data()), parts[0].size()}, {unconst(parts[1].data()), parts[1].size()}}};
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = vectors.size();
  const ssize_t count = ::sendmsg(lease_->socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count >= 0) {
    const auto sent = static_cast<std::size_t>(count);
    meter_.sent(sent);
    const std::size_t whole = parts[0].size() + parts[1].size();
    input_.sent(sent);
    return sent == whole;
  }
  // A worker that went away may have left an answer: reading tells.
  if (errno != EAGAIN && errno != EINTR) input_.drop();
  return false;
}

void RunningTask::on_idle() {
  const std::string text = "Python worker " + std::to_string(pid_) + " took and gave nothing for " +
                           std::to_string(host_.options.task_idle_ms_max.count()) + " ms";
  if (host_.options.log) host_.options.log(LogLevel::warn, "PythonRunner", text);
  if (!host_.options.kill_on_task_idle) return;
  if (host_.options.faulthandler) {
    // An abort makes Python write down where it is.
    lease_->signal(SIGABRT);
    lease_->wait_ended(after(host_.options.stop_ms_max));
  }
  fail_worker("took and gave nothing for " +
              std::to_string(host_.options.task_idle_ms_max.count()) + " ms and was killed");
}

void RunningTask::fail_raised() {
  const std::string& traceback = parser_.traceback();
  failure_event_ = WorkerEvent::task_raised;
  throw PythonError(exception_text(traceback), traceback);
}

void RunningTask::fail_too_large() {
  throw Overloaded(
      "Python worker " + std::to_string(pid_) + " answers with too much: " + parser_.violation() +
      ", WorkerOptions::task_bytes_max, which is " + std::to_string(host_.options.task_bytes_max) +
      "; raise it, or have the function answer in smaller pieces");
}

void RunningTask::fail_lost(const std::string& what) {
  switch (lease_->stop_reason()) {
    case StopReason::none:
      break;
    case StopReason::cancelled:
      if (cancel_) cancel_->throw_if_cancelled();
      break;
    case StopReason::too_long:
      fail_worker("was killed: its task took longer than " +
                  std::to_string(host_.options.task_ms_max.count()) + " ms");
    case StopReason::requested:
      fail_worker("was stopped on request");
  }
  failure_event_ = WorkerEvent::lost;
  if (lease_->daemon) {
    if (const auto code = lease_->daemon->exit_code()) {
      fail_worker("was lost in the middle of a task: its daemon ended (exit status " +
                  std::to_string(*code) +
                  ") and took its workers along, as it does when it may not fork or is told to "
                  "end; see the limits on processes (ulimit -u, pids.max)");
    }
  }
  std::string how = "was killed or crashed: it " + what;
  if (lease_->process) {
    const auto status = lease_->end_process(after(host_.options.stop_ms_max));
    if (status) how = "ended (" + status->text() + ")";
  }
  fail_worker(how +
              " in the middle of a task; see the system's log for a lack of memory, and turn the "
              "workers' faulthandler on to see where it crashed");
}

void RunningTask::fail_worker(const std::string& message) {
  std::string text = "Python worker " + std::to_string(pid_) + " " + message;
  host_.control.catch_up();
  const std::string report = host_.take_crash_report(pid_);
  if (!report.empty()) text += "\nIts Python stack was:\n" + report;
  const std::vector<std::string> lines = lease_->output->last_lines(output_mark_);
  throw WorkerFailed(with_lines(std::move(text), lines), lines);
}

}  // namespace py4cpp::runner
