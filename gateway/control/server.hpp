// SPDX-License-Identifier: Apache-2.0
//
// The control plane of a gateway: one thread that accepts connections, lets them wait at the
// entrance until they have presented the token, and joins the threads of those that ended. Each
// connection that was let in has a thread of its own, on which its session runs.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "gateway/control/entrance.hpp"
#include "gateway/session/session.hpp"

namespace py4cpp {

class Server {
 public:
  struct Hooks {
    /// On the connection's thread, before and after its session serves; the second does not throw
    /// and is called also when the first has.
    std::function<void(Session& session)> started;
    std::function<void(Session& session)> ended;
    /// On a connection's thread, when a client asked for the end. The server accepts nobody any
    /// more by then, and all connections are closed.
    std::function<void()> shutdown_asked;
  };

  /// Listens. `tls` is null for plain connections, and outlives the server. Throws Error that names
  /// the port when it cannot be had.
  Server(Core& core, const TlsContext* tls, Hooks hooks);
  ~Server();

  /// Serves from now on.
  void start();
  /// Closes everything and waits for the threads. Not from a connection's thread.
  void stop();
  /// Ends the connections between these two ports; see the command `z`.
  void cancel(std::uint16_t remote_port, std::uint16_t local_port);

  std::uint16_t port() const { return port_; }
  /// In numbers, also when the options name a host.
  const std::string& address() const { return address_; }
  /// Whether this is the thread of a connection, or the control thread.
  bool is_own_thread() const;
  /// Connections that were let in.
  std::size_t connection_count() const;

 private:
  struct Connection {
    std::unique_ptr<Session> session;
    std::thread thread;
  };

  void wait_for_connections();
  void run_control();
  void accept();
  void retry_later(const std::string& reason);
  std::optional<std::string> admit(const Entrance::MakeTransport& make);
  void serve(std::uint64_t id);
  bool serve_between_hooks(Session& session);
  void join(std::uint64_t id);
  /// Lets nobody in any more and closes all connections. Their threads may still run.
  void close_all();
  void close_listener();
  void close_connections();
  void log(LogLevel level, const std::string& text) const;

  Core& core_;
  const Hooks hooks_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  boost::asio::posix::stream_descriptor listener_;
  const std::uint16_t port_;
  const std::string address_;
  boost::asio::steady_timer retry_timer_{io_};
  Entrance entrance_;
  std::mutex stop_mutex_;  // Lets a second stop() wait for the first.
  std::thread control_;
  std::atomic<std::thread::id> control_id_{};

  // Guards what follows. Sessions are created and destroyed on the control thread only.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_closing_ = false;  // Somebody has asked for the end.
  bool is_closed_ = false;   // Nobody is let in any more.
  std::uint64_t next_id_ = 0;
  std::unordered_map<std::uint64_t, Connection> connections_;
};

}  // namespace py4cpp
