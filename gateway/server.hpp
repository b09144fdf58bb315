// SPDX-License-Identifier: Apache-2.0
//
// The control plane of a gateway: one thread that accepts connections, ends those that do not
// authenticate in time, and joins the threads of those that ended. Each connection has a thread of
// its own, on which its session runs.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "gateway/session.hpp"

namespace py4cpp {

class Server {
 public:
  struct Hooks {
    /// On the connection's thread, before and after its session serves.
    std::function<void(Session& session)> started;
    std::function<void(Session& session)> ended;
    /// On a connection's thread, once, when a client asked for the end. The server accepts nobody
    /// any more by then, and all connections are being closed.
    std::function<void()> shutdown_asked;
  };

  /// Listens. Throws Error that names the port when it cannot be had.
  Server(Core& core, Hooks hooks);
  ~Server();

  /// Serves from now on.
  void start();
  /// Closes everything and waits for the threads. Not from a connection's thread.
  void stop();
  /// Ends the connections between these two ports; see the command `z`.
  void cancel(std::uint16_t remote_port, std::uint16_t local_port);

  std::uint16_t port() const { return port_; }
  std::size_t connection_count() const;
  /// The context of the sockets that threads use synchronously; it is never run.
  boost::asio::io_context& sockets() { return sockets_; }

 private:
  struct Connection {
    std::unique_ptr<Session> session;
    std::unique_ptr<boost::asio::steady_timer> token_timer;
    std::thread thread;
  };

  void listen();
  void accept();
  void accepted(boost::asio::ip::tcp::socket socket);
  void end_unless_authenticated(std::uint64_t id);
  void serve(std::uint64_t id, Session& session);
  void join(std::uint64_t id);
  void close_all();
  void log(LogLevel level, const std::string& text) const;

  Core& core_;
  const Hooks hooks_;
  // Were the sockets part of io_, every byte that arrives would wake the control thread. Declared
  // first, because what io_ still holds at its end may be a socket.
  boost::asio::io_context sockets_{1};
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  boost::asio::steady_timer retry_timer_{io_};
  std::uint16_t port_ = 0;
  std::mutex stop_mutex_;  // Lets a second stop() wait for the first.
  std::thread control_;

  // Guards what follows. Sessions are created and destroyed on the control thread only.
  mutable std::mutex mutex_;
  std::condition_variable all_ended_;
  bool closing_ = false;
  std::uint64_t next_id_ = 0;
  std::unordered_map<std::uint64_t, Connection> connections_;
};

}  // namespace py4cpp
