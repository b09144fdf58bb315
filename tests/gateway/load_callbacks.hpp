// SPDX-License-Identifier: Apache-2.0
//
// What stands for Python's callback server in the load program.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/socket.hpp"
#include "gateway/transport/tls_transport.hpp"
#include "load_lines.hpp"

namespace load {

/// Has a thread for each connection, as py4j does, and calls C++ within each call on a connection
/// of the thread's own. It ends when the gateway has closed all connections.
class CallbackServer {
 public:
  using Connect = std::function<Lines()>;

  /// Speaks TLS when there is a context.
  explicit CallbackServer(const py4cpp::TlsContext* tls) : tls_(tls) {}
  ~CallbackServer() { stop(); }
  CallbackServer(const CallbackServer&) = delete;
  CallbackServer& operator=(const CallbackServer&) = delete;

  std::uint16_t port() const { return py4cpp::local_port(listener_); }
  std::size_t failures() const { return failures_; }

  void start(Connect connect_to_gateway) {
    connect_ = std::move(connect_to_gateway);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  void stop() {
    if (!acceptor_.joinable()) return;
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
  }

 private:
  void accept_all() {
    try {
      for (;;)
        threads_.emplace_back([this, socket = py4cpp::accept_connection(listener_)]() mutable {
          serve(std::move(socket));
        });
    } catch (const py4cpp::Error&) {
      return;  // The listener was shut down.
    }
  }

  void serve(py4cpp::Fd socket) {
    try {
      Lines gateway(transport_over(std::move(socket)));
      std::unique_ptr<Lines> own;
      while (const auto name = gateway.next()) {
        std::vector<std::string> parts;
        for (std::string part; (part = gateway.line()) != "e";) parts.push_back(std::move(part));
        if (*name != "c") {                          // The token, or an object that C++ dropped.
          if (gateway.try_to_send("!yv\n")) return;  // It has stopped, and waits for no answer.
          continue;
        }
        if (!own) own = std::make_unique<Lines>(connect_());
        own->send("c\nt\necho\nsnested\ne\n");
        own->expect("!ysnested");
        gateway.send("!yi-" + parts.at(2).substr(1) + "\n");
      }
    } catch (const std::exception& error) {
      ++failures_;
      std::cerr << "a callback: " << error.what() << std::endl;
    }
  }

  std::unique_ptr<py4cpp::Transport> transport_over(py4cpp::Fd socket) const {
    if (!tls_) return std::make_unique<py4cpp::SocketTransport>(std::move(socket));
    auto stream = tls_->accept(socket.get());
    stream->set_blocking(true);
    if (stream->handshake() != py4cpp::TlsStream::Step::done)
      throw std::runtime_error("no handshake: " + stream->failure());
    return std::make_unique<py4cpp::TlsTransport>(std::move(socket), std::move(stream),
                                                  py4cpp::ReadTimes{});
  }

  static constexpr int backlog = 1024;

  const py4cpp::TlsContext* const tls_;
  const py4cpp::Fd listener_ = py4cpp::listen_loopback(0, backlog);
  Connect connect_;
  std::atomic<std::size_t> failures_ = 0;
  std::vector<std::thread> threads_;  // The acceptor's own until it has ended.
  std::thread acceptor_;
};

}  // namespace load
