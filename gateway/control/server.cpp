// SPDX-License-Identifier: Apache-2.0
#include "gateway/control/server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>

#include "gateway/session/tell.hpp"
#include "gateway/transport/sockets.hpp"

namespace py4cpp {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// How long to wait before accepting again when the system has no descriptor left.
constexpr std::chrono::milliseconds accept_retry_ms{100};

/// Connections that are accepted in a row before those that wait at the entrance get their turn.
constexpr int accepted_in_a_row_max = 16;

/// Those that came before a gateway stopped and are told so, which is as many as may wait.
constexpr std::size_t farewells_max = SOMAXCONN;

/// Closes the socket when it cannot be waited for.
asio::posix::stream_descriptor listener_for(asio::io_context& io, const GatewayOptions& options) {
  asio::posix::stream_descriptor listener(io);
  Fd socket = listen_on(options.address, options.port);
  listener.assign(socket.get());
  socket.release();
  return listener;
}

}  // namespace

Server::Server(Core& core, const TlsContext* tls, Hooks hooks)
    : core_(core),
      hooks_(std::move(hooks)),
      listener_(listener_for(io_, core.options)),
      port_(local_port(listener_.native_handle())),
      address_(local_address(listener_.native_handle())),
      entrance_(
          io_, core.options, tls, core.counters.refusals,
          [this](const Entrance::MakeTransport& make) { return admit(make); },
          [this](const std::string& reason) { log(LogLevel::warn, reason); }) {}

Server::~Server() { stop(); }

void Server::start() {
  wait_for_connections();
  control_ = std::thread([this] { run_control(); });
  log(LogLevel::info, "listens on " + place_text(core_.options.address, port_));
  tell(core_, [](GatewayListener& listener) { listener.server_started(); });
}

/// What one connection's handler throws (there is no memory, say) must not end the others.
void Server::run_control() {
  control_id_ = std::this_thread::get_id();
  for (;;) try {
      io_.run();
      break;
    } catch (const std::exception& failure) {
      log(LogLevel::error, failure.what());
    }
  control_id_ = std::thread::id();  // A later thread may have the same.
}

void Server::stop() {
  const std::lock_guard stopping(stop_mutex_);
  if (!control_.joinable()) return;
  close_all();
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return connections_.empty(); });
  }
  work_.reset();  // What is under way ends, and then the thread.
  control_.join();
}

void Server::cancel(std::uint16_t remote_port, std::uint16_t local_port) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, connection] : connections_) {
    if (!connection.session) continue;  // Ended, and about to be joined.
    Transport& transport = connection.session->transport();
    if (transport.remote_port() == remote_port && transport.local_port() == local_port)
      transport.shut_down();
  }
}

bool Server::is_own_thread() const {
  if (control_id_.load() == std::this_thread::get_id()) return true;
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(connections_, [](const auto& entry) {
    return entry.second.thread.get_id() == std::this_thread::get_id();
  });
}

std::size_t Server::connection_count() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

void Server::wait_for_connections() {
  listener_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const error_code& error) {
    if (!error && listener_.is_open()) accept();
  });
}

void Server::accept() {
  for (int i = 0; i < accepted_in_a_row_max; ++i) {
    Fd socket = accept_from(listener_.native_handle());
    if (!socket) {
      const int error = errno;
      if (error == EAGAIN) break;
      if (error == EMFILE || error == ENFILE) {
        // The system says so before it looks whether anybody is waiting.
        if (!wait_for(listener_.native_handle(), POLLIN, std::chrono::milliseconds(0))) break;
        // A descriptor is worth more to who comes now than to who has not spoken for long.
        if (entrance_.drop_oldest()) continue;
      }
      if (error == ECONNABORTED || error == EINTR) continue;
      return retry_later(std::system_category().message(error));
    }
    try {
      entrance_.enter(std::move(socket));
    } catch (const std::exception& failure) {
      return retry_later(failure.what());
    }
  }
  wait_for_connections();
}

void Server::retry_later(const std::string& reason) {
  const std::string text = "cannot accept a connection: " + reason;
  log(LogLevel::warn, text);
  tell(core_, [&](GatewayListener& listener) { listener.server_error(text); });
  retry_timer_.expires_after(accept_retry_ms);
  retry_timer_.async_wait([this](const error_code& cancelled) {
    if (!cancelled && listener_.is_open()) accept();
  });
}

/// The thread comes first, because it is what the system may have no room for. It waits for the
/// mutex, and so for its session.
std::optional<std::string> Server::admit(const Entrance::MakeTransport& make) {
  const std::lock_guard lock(mutex_);
  if (const auto count = connections_.size(); count >= core_.options.connections_max)
    return "the gateway has " + std::to_string(count) +
           " connections already, which is its limit (connections_max)";
  const std::uint64_t id = next_id_++;
  Connection& connection = connections_[id];
  try {
    connection.thread = std::thread(&Server::serve, this, id);
  } catch (const std::exception& failure) {
    connections_.erase(id);
    return std::string("the gateway has no thread for one more connection: ") + failure.what();
  }
  connection.session = std::make_unique<Session>(core_, make(), Session::Opened::by_client);
  return std::nullopt;
}

void Server::serve(std::uint64_t id) {
  Session* session = nullptr;
  {
    const std::lock_guard lock(mutex_);
    session = connections_.at(id).session.get();
  }
  try {
    if (session && serve_between_hooks(*session)) {
      close_all();
      hooks_.shutdown_asked();
    }
  } catch (const std::exception& failure) {
    log(LogLevel::error, failure.what());
  } catch (...) {
    log(LogLevel::error, "a connection ended with an unknown exception");
  }
  asio::post(io_, [this, id] { join(id); });
}

bool Server::serve_between_hooks(Session& session) {
  struct Ending {
    const Hooks& hooks;
    Session& session;
    ~Ending() { hooks.ended(session); }
  };
  session.announce();
  const Ending ending{hooks_, session};
  hooks_.started(session);
  return session.serve();
}

void Server::join(std::uint64_t id) {
  Connection ended;
  {
    const std::lock_guard lock(mutex_);
    const auto found = connections_.find(id);
    ended = std::move(found->second);
  }
  ended.thread.join();
  ended = {};
  const std::lock_guard lock(mutex_);
  connections_.erase(id);
  if (connections_.empty()) changed_.notify_all();
}

void Server::close_all() {
  std::unique_lock lock(mutex_);
  if (!std::exchange(is_closing_, true)) {
    lock.unlock();
    tell(core_, [](GatewayListener& listener) { listener.server_pre_shutdown(); });
    asio::post(io_, [this] {
      close_listener();
      entrance_.close();
      log(LogLevel::info, "accepts no connections any more");
      tell(core_, [](GatewayListener& listener) { listener.server_stopped(); });
      close_connections();
    });
    lock.lock();
  }
  changed_.wait(lock, [this] { return is_closed_; });
}

/// A client that sees its connection's end calls once more, and must find nobody then. So this is
/// the first to close. And a client whose connection is reset, as the system does with those that
/// it still holds for a listener, takes its command for lost half-way: they get an end too.
void Server::close_listener() {
  retry_timer_.cancel();
  std::array<Fd, farewells_max> waiting;
  for (auto next = waiting.begin(); next != waiting.end();) {
    *next = accept_from(listener_.native_handle());
    if (*next)
      ++next;
    else if (errno != ECONNABORTED && errno != EINTR)
      break;
  }
  error_code ignored;
  listener_.close(ignored);
  for (const Fd& socket : waiting)
    if (socket) ::shutdown(socket.get(), SHUT_RDWR);
}

void Server::close_connections() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, connection] : connections_)
    if (connection.session) connection.session->transport().shut_down();
  is_closed_ = true;
  changed_.notify_all();
}

void Server::log(LogLevel level, const std::string& text) const {
  core_.log(level, log_components::server, text);
}

}  // namespace py4cpp
