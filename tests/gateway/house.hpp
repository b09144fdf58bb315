// SPDX-License-Identifier: Apache-2.0
//
// A running gateway over the test classes, and a client that speaks the protocol by hand.
#pragma once

#include <sys/socket.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/socket.hpp"
#include "fixture.hpp"
#include "gateway/gateway.hpp"

namespace py4cpp::test {

/// One connection that speaks the protocol by hand.
class Client {
 public:
  explicit Client(Fd fd) : fd_(std::move(fd)) {}
  explicit Client(const Gateway& gateway) : fd_(connect_loopback(gateway.port())) {
    if (!gateway.token().empty()) REQUIRE(ask("A\n" + gateway.token() + "\n") == "!yv");
  }

  void send(std::string_view text) { write_all(fd_, std::as_bytes(std::span(text))); }

  /// The next line, or nothing at the end of the stream.
  std::optional<std::string> line() {
    std::string text;
    for (;;) {
      std::byte next{};
      try {
        if (!read_exact(fd_, {&next, 1})) return std::nullopt;
      } catch (const Disconnected&) {
        return std::nullopt;  // Reset instead of closed, because we had sent more.
      }
      if (next == std::byte{'\n'}) return text;
      text += static_cast<char>(next);
    }
  }

  /// Sends no more.
  void half_close() { ::shutdown(fd_.get(), SHUT_WR); }

  std::string ask(std::string_view command) {
    send(command);
    return line().value_or("closed");
  }

 private:
  Fd fd_;
};

/// Lets a test wait until a bound function runs, and the function until the test lets it go.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    is_reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_reached_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_reached_ = false;
  bool is_open_ = false;
};

/// Does not end before its gate is open.
struct Lingering {
  Lingering() = default;
  ~Lingering() { gate->pass(); }
  Lingering(const Lingering&) = delete;
  Lingering& operator=(const Lingering&) = delete;
  std::shared_ptr<Gate> gate;
};

/// A gateway with the test classes and a gate.
struct House {
  explicit House(GatewayOptions options = {}) {
    bind_test_classes(registry);
    registry.type<Gate>("test.Gate")
        .method("pass", &Gate::pass)
        .method("linger",
                [](std::shared_ptr<Gate> self, CallContext& context) {
                  context.session_state<Lingering>().gate = std::move(self);
                })
        .method("stop", [](Gate&, CallContext& context) -> std::string {
          try {
            context.gateway().stop();
          } catch (const Error& error) {
            return error.what();
          }
          return "stopped";
        });
    options.entry_point = gate;
    options.object_id_nonce = "";
    gateway.emplace(registry, std::move(options));
  }

  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  Registry registry;
  std::optional<Gateway> gateway;
};

}  // namespace py4cpp::test
