// SPDX-License-Identifier: Apache-2.0
#include "runner/barrier_stage.hpp"

#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <list>
#include <set>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "base/token.hpp"
#include "runner/barrier/barrier_rounds.hpp"
#include "runner/barrier/barrier_session.hpp"
#include "runner/pool/worker_host.hpp"

namespace py4cpp::runner {
namespace asio = boost::asio;
namespace {

// Connections beyond one for each task: of strangers, who are hung up on when their time is over.
constexpr std::size_t spare_connections_max = 16;

}  // namespace

// Everything that changes belongs to the control thread.
class BarrierStage::Impl : public std::enable_shared_from_this<BarrierStage::Impl> {
 public:
  Impl(WorkerHost& with, BarrierOptions options);

  void listen();
  void close();
  void fail(const std::string& reason);

  WorkerHost& host;
  const BarrierOptions options;
  std::vector<BarrierServer> servers;  // by task; fixed after `listen`
  BarrierRounds rounds;

 private:
  using Listener = asio::posix::stream_descriptor;

  void accept(Listener& listener, std::size_t task);
  void begin(Fd connection, std::size_t task);
  void arrived(BarrierSession& session);
  void left(BarrierSession& session);
  void watch_round();

  TempDir dir_;  // of Unix sockets
  std::list<Listener> listeners_;
  std::set<std::shared_ptr<BarrierSession>> sessions_;
  asio::steady_timer round_timer_;
  bool failed_ = false;
};

BarrierStage::Impl::Impl(WorkerHost& with, BarrierOptions with_options)
    : host(with),
      options(with_options),
      rounds(options.tasks),
      round_timer_(host.control.context()) {
  if (options.tasks == 0 || options.tasks > tasks_max) {
    throw Overloaded("a barrier stage has 1 to " + std::to_string(tasks_max) + " tasks, not " +
                     std::to_string(options.tasks));
  }
  if (host.unix_sockets()) dir_ = host.socket_dir();
}

void BarrierStage::Impl::listen() {
  for (std::size_t task = 0; task < options.tasks; ++task) {
    Fd listener;
    BarrierServer& server = servers.emplace_back();
    if (dir_.path().empty()) {
      listener = listen_loopback();
      server.port = local_port(listener);
      server.secret = random_token();
    } else {
      server.path = (dir_.path() / std::to_string(task)).string();
      listener = listen_unix(server.path);
    }
    Listener& placed = listeners_.emplace_back(host.control.context(), listener.release());
    placed.native_non_blocking(true);
    accept(placed, task);
  }
}

void BarrierStage::Impl::accept(Listener& listener, std::size_t task) {
  listener.async_wait(Listener::wait_read, [self = shared_from_this(), &listener,
                                            task](const boost::system::error_code& error) {
    if (error) return;
    Fd connection(
        ::accept4(listener.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (connection) {
      self->begin(std::move(connection), task);
    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
      self->fail(std::string("cannot accept a barrier task: ") + std::strerror(errno));
      boost::system::error_code ignored;
      listener.close(ignored);  // which hangs up on the task that waits there
      return;
    }
    self->accept(listener, task);
  });
}

void BarrierStage::Impl::begin(Fd connection, std::size_t task) {
  if (sessions_.size() >= options.tasks + spare_connections_max) return;
  const auto self = shared_from_this();
  const auto session = std::make_shared<BarrierSession>(
      host.control.context(), std::move(connection), task, servers[task].secret, options,
      BarrierSession::Events{.requested = [self](BarrierSession& which) { self->arrived(which); },
                             .ended = [self](BarrierSession& which) { self->left(which); }});
  sessions_.insert(session);
  session->start();
}

void BarrierStage::Impl::arrived(BarrierSession& session) {
  const bool first = !rounds.waiting();
  switch (rounds.arrive(session.task(), session.request())) {
    case BarrierRounds::Arrival::waits:
      if (first) watch_round();
      return;
    case BarrierRounds::Arrival::last: {
      round_timer_.cancel();
      const auto answer = std::make_shared<const Bytes>(rounds.take_answer());
      for (const auto& waiting : sessions_) {
        if (waiting->waits()) waiting->answer(answer);
      }
      return;
    }
    case BarrierRounds::Arrival::failed:
      return fail(rounds.failure());
  }
}

void BarrierStage::Impl::left(BarrierSession& session) {
  if (session.waits() && rounds.failure().empty()) {
    rounds.leave(session.task());
    fail(rounds.failure());
  }
  sessions_.erase(session.shared_from_this());
}

void BarrierStage::Impl::watch_round() {
  if (options.sync_ms_max.count() == 0) return;
  round_timer_.expires_after(options.sync_ms_max);
  round_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || !self->rounds.waiting()) return;
    self->fail("not all tasks of a barrier stage arrived within " +
               std::to_string(self->options.sync_ms_max.count()) + " ms of the first");
  });
}

void BarrierStage::Impl::fail(const std::string& reason) {
  rounds.fail(reason);
  if (!std::exchange(failed_, true)) {
    host.log(LogLevel::warn, "A barrier stage failed: " + rounds.failure());
  }
  for (const auto& session : sessions_) {
    if (session->waits()) session->hang_up();
  }
}

void BarrierStage::Impl::close() {
  rounds.fail("the barrier stage is over");
  listeners_.clear();
  round_timer_.cancel();
  for (const auto& session : sessions_) session->hang_up();
  dir_.remove();
}

BarrierStage::BarrierStage(WorkerFactories& factories, BarrierOptions options)
    : impl_(std::make_shared<Impl>(factories.host(), options)) {
  try {
    impl_->host.control.run([this] { impl_->listen(); });
  } catch (...) {
    impl_->host.control.run([this] { impl_->close(); });
    throw;
  }
}

BarrierStage::~BarrierStage() {
  impl_->host.control.run([this] { impl_->close(); });
}

const BarrierServer& BarrierStage::server(std::size_t task) const {
  if (task >= impl_->servers.size()) {
    throw Error("a barrier stage of " + std::to_string(impl_->servers.size()) +
                " tasks has no task " + std::to_string(task));
  }
  return impl_->servers[task];
}

void BarrierStage::abort(const std::string& reason) {
  impl_->host.control.run([&] { impl_->fail(reason); });
}

std::string BarrierStage::failure() const {
  std::string failure;
  impl_->host.control.run([&] { failure = impl_->rounds.failure(); });
  return failure;
}

}  // namespace py4cpp::runner
