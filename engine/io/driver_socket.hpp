// SPDX-License-Identifier: Apache-2.0
//
// Sockets over which the driver fetches results. Each one serves a single connection on a thread of
// its own: the driver gets a port and a secret (or a path), connects within a bounded time, proves
// that it knows the secret, and reads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include "base/fd.hpp"

namespace py4cpp::engine {

/// The connection to the driver, while a result is served. One thread.
class DriverConnection {
 public:
  explicit DriverConnection(const Fd& socket) : socket_(socket) {}

  /// Blocks until the driver took it all. Throws Disconnected when the driver is gone.
  void write(std::span<const std::byte> bytes);
  void write_int(std::int32_t value);
  /// Empty when the driver closed the connection. Throws Disconnected when it broke.
  std::optional<std::int32_t> read_int();

 private:
  const Fd& socket_;
};

/// One served result. The driver's handle on it; it may be dropped at any time.
class DriverSocket {
 public:
  /// What the driver connects to: a loopback port with a secret, or the path of a Unix socket.
  std::uint16_t port() const { return port_; }
  const std::string& secret() const { return secret_; }
  const std::string& path() const { return path_; }

  /// Waits until serving has ended and throws what it threw, every time it is asked.
  void get_result();

 private:
  friend class DriverSockets;
  using Serve = std::function<void(DriverConnection&)>;

  void run(const Serve& serve, std::chrono::milliseconds connect_ms_max);
  Fd accept_driver(std::chrono::milliseconds connect_ms_max);
  void set_ended(std::exception_ptr error);
  void interrupt();

  std::uint16_t port_ = 0;
  std::string secret_;
  std::string path_;

  std::mutex mutex_;  // guards changes of what follows; only the serving thread makes them
  std::condition_variable changed_;
  Fd listener_;
  Fd connection_;
  bool interrupted_ = false;
  bool ended_ = false;
  std::exception_ptr error_;
};

/// Makes the sockets and owns their threads. Any thread may call it.
class DriverSockets {
 public:
  struct Options {
    /// How long the driver may take to connect.
    std::chrono::milliseconds connect_ms_max{15'000};
    /// Where Unix sockets are made; empty: loopback ports.
    std::filesystem::path unix_folder = {};
    /// Results that are served at the same time; each has a thread.
    std::size_t sockets_max = 1024;
  };

  explicit DriverSockets(Options options) : options_(std::move(options)) {}
  ~DriverSockets() { stop(); }
  DriverSockets(const DriverSockets&) = delete;
  DriverSockets& operator=(const DriverSockets&) = delete;

  /// Listens, and calls `serve` on a new thread once the driver is connected; the connection is
  /// closed when it returns. Throws Overloaded when too many are open, Disconnected after `stop`.
  std::shared_ptr<DriverSocket> serve(std::function<void(DriverConnection&)> serve);

  /// Breaks off all connections and waits for the threads. What `serve` functions wait for besides
  /// their connection must have been ended before.
  void stop();

 private:
  struct Served {
    std::shared_ptr<DriverSocket> socket;
    std::thread thread;
  };

  void reap();

  const Options options_;
  std::mutex mutex_;  // guards what follows
  std::list<Served> served_;
  bool stopped_ = false;
};

}  // namespace py4cpp::engine
