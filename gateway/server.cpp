// SPDX-License-Identifier: Apache-2.0
#include "gateway/server.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include "gateway/socket_transport.hpp"

namespace py4cpp {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// How long to wait before accepting again when the system has no descriptor left.
constexpr std::chrono::milliseconds accept_retry_ms{100};

}  // namespace

Server::Server(Core& core, Hooks hooks) : core_(core), hooks_(std::move(hooks)) { listen(); }

Server::~Server() { stop(); }

void Server::listen() {
  const auto& options = core_.options;
  const std::string place = options.address + ":" + std::to_string(options.port);
  error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) throw Error("the gateway cannot listen on " + place + ": it is not an IP address");
  const tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error == asio::error::address_in_use)
    throw Error(
        "the gateway cannot listen on " + place +
        ": the port is in use by another program; choose another port, or 0 for a free one");
  if (error) throw Error("the gateway cannot listen on " + place + ": " + error.message());
  port_ = acceptor_.local_endpoint(error).port();
}

void Server::start() {
  accept();
  control_ = std::thread([this] { io_.run(); });
}

void Server::stop() {
  const std::lock_guard stopping(stop_mutex_);
  if (!control_.joinable()) return;
  close_all();
  {
    std::unique_lock lock(mutex_);
    all_ended_.wait(lock, [this] { return connections_.empty(); });
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

std::size_t Server::connection_count() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

void Server::accept() {
  acceptor_.async_accept(sockets_, [this](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (!error) {
      accepted(std::move(socket));
      return accept();
    }
    log(LogLevel::warn, "cannot accept a connection: " + error.message());
    retry_timer_.expires_after(accept_retry_ms);
    retry_timer_.async_wait([this](const error_code& cancelled) {
      if (!cancelled) accept();
    });
  });
}

void Server::accepted(tcp::socket socket) {
  const std::lock_guard lock(mutex_);
  if (closing_) return;
  if (connections_.size() >= core_.options.connections_max)
    return log(LogLevel::warn, "a connection was refused: there are " +
                                   std::to_string(connections_.size()) +
                                   " already, the limit (connections_max)");
  const std::uint64_t id = next_id_++;
  try {
    Connection& connection = connections_[id];
    connection.session = std::make_unique<Session>(
        core_, std::make_unique<SocketTransport>(std::move(socket)), Session::Opened::by_client);
    connection.token_timer = std::make_unique<asio::steady_timer>(io_);
    connection.token_timer->expires_after(core_.options.authentication_ms_max);
    // By number, because a timer that has expired calls back even when its connection is gone.
    connection.token_timer->async_wait([this, id](const error_code& cancelled) {
      if (!cancelled) end_unless_authenticated(id);
    });
    connection.thread = std::thread(&Server::serve, this, id, std::ref(*connection.session));
  } catch (const std::exception& failure) {
    connections_.erase(id);
    log(LogLevel::warn, std::string("cannot serve a connection: ") + failure.what());
  }
}

void Server::end_unless_authenticated(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(id);
  if (found == connections_.end() || !found->second.session) return;
  Session& session = *found->second.session;
  if (!session.is_authenticated()) session.transport().shut_down();
}

void Server::serve(std::uint64_t id, Session& session) {
  try {
    hooks_.started(session);
    const bool shutdown_asked = session.serve();
    hooks_.ended(session);
    if (shutdown_asked) {
      close_all();
      hooks_.shutdown_asked();
    }
  } catch (const std::exception& failure) {
    log(LogLevel::error, failure.what());
  }
  asio::post(io_, [this, id] { join(id); });
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
  if (connections_.empty()) all_ended_.notify_all();
}

void Server::close_all() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(closing_, true)) {
    asio::post(io_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      retry_timer_.cancel();
    });
  }
  for (auto& [id, connection] : connections_)
    if (connection.session) connection.session->transport().shut_down();
}

void Server::log(LogLevel level, const std::string& text) const {
  if (core_.options.log) core_.options.log(level, "Gateway", text);
}

}  // namespace py4cpp
