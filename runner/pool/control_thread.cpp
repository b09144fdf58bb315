// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/control_thread.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <exception>
#include <latch>
#include <list>
#include <memory>
#include <thread>
#include <utility>

#include "runner/pool/block_signals.hpp"

namespace py4cpp::runner {
namespace asio = boost::asio;
namespace {

// What is read from one pipe before the others get their turn.
constexpr std::size_t turn_bytes_max = 65536;
// What `catch_up` reads from one pipe at most: a pipe's capacity, and a process may go on writing.
constexpr std::size_t catch_up_bytes_max = 1 << 20;

struct Drain {
  Drain(asio::io_context& context, Fd fd, std::shared_ptr<OutputLog> to, LineBounds lines)
      : pipe(context, fd.release()), log(std::move(to)), splitter(*log, lines) {}

  asio::posix::stream_descriptor pipe;
  std::shared_ptr<OutputLog> log;
  LineSplitter splitter;
};

}  // namespace

class ControlThread::Impl {
 public:
  explicit Impl(LineBounds lines) : lines_(lines), thread_([this] { serve(); }) {}

  ~Impl() {
    run([this] { read_all(); });
    context_.stop();
  }

  void run(const std::function<void()>& work) {
    // Shared: the thread may still be leaving the latch when the waiter goes on. It holds nothing
    // else by then, also not what was thrown.
    const auto done = std::make_shared<std::latch>(1);
    std::exception_ptr failure;
    asio::dispatch(context_, [&work, &failure, done] {  // At once on the control thread itself.
      try {
        work();
      } catch (...) {
        failure = std::current_exception();
      }
      done->count_down();
    });
    done->wait();
    if (failure) std::rethrow_exception(failure);
  }

  void drain(Fd pipe, std::shared_ptr<OutputLog> log) {
    ::fcntl(pipe.get(), F_SETFL, ::fcntl(pipe.get(), F_GETFL) | O_NONBLOCK);
    // Run, not posted: an error of the reactor (no descriptor left) is the caller's to hear.
    run([&] {
      drains_.emplace_back(context_, std::move(pipe), log, lines_);
      log->stream_opened();
      wait(std::prev(drains_.end()));
    });
  }

  void once(std::chrono::milliseconds delay, std::function<void()> work) {
    const auto timer = std::make_shared<asio::steady_timer>(context_, delay);
    asio::post(context_, [timer, work = std::move(work)]() mutable {
      timer->async_wait([timer, work = std::move(work)](const boost::system::error_code& error) {
        if (!error) work();
      });
    });
  }

  asio::io_context& context() { return context_; }

  void read_all() {
    for (Drain& drain : drains_) read_some(drain, catch_up_bytes_max);
  }

 private:
  using DrainPlace = std::list<Drain>::iterator;

  void serve() {
    block_signals();
    context_.run();
  }

  void wait(DrainPlace place) {
    place->pipe.async_wait(asio::posix::stream_descriptor::wait_read,
                           [this, place](const boost::system::error_code&) {
                             if (read_some(*place, turn_bytes_max)) return wait(place);
                             place->splitter.finish();
                             place->log->stream_closed();
                             drains_.erase(place);
                           });
  }

  // False at the end of the pipe. The end is only acted upon by the pipe's own handler.
  bool read_some(Drain& drain, std::size_t bytes_max) {
    for (std::size_t done = 0; done < bytes_max;) {
      const ssize_t count = ::read(drain.pipe.native_handle(), buffer_.data(), buffer_.size());
      if (count > 0) {
        drain.splitter.feed({buffer_.data(), static_cast<std::size_t>(count)});
        done += static_cast<std::size_t>(count);
      } else if (count < 0 && errno == EAGAIN) {
        return true;
      } else if (count == 0 || errno != EINTR) {
        return false;
      }
    }
    return true;
  }

  const LineBounds lines_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_ =
      asio::make_work_guard(context_);
  // Used by the thread only.
  std::array<char, turn_bytes_max> buffer_{};
  std::list<Drain> drains_;
  // Last: it ends first, and starts when everything else is there.
  std::jthread thread_;
};

ControlThread::ControlThread(LineBounds lines) : impl_(std::make_unique<Impl>(lines)) {}

ControlThread::~ControlThread() = default;

void ControlThread::run(const std::function<void()>& work) { impl_->run(work); }

asio::io_context& ControlThread::context() { return impl_->context(); }

void ControlThread::drain(Fd pipe, std::shared_ptr<OutputLog> log) {
  impl_->drain(std::move(pipe), std::move(log));
}

void ControlThread::catch_up() {
  impl_->run([this] { impl_->read_all(); });
}

void ControlThread::once(std::chrono::milliseconds delay, std::function<void()> work) {
  impl_->once(delay, std::move(work));
}

}  // namespace py4cpp::runner
