// SPDX-License-Identifier: Apache-2.0
//
// A foreign connection is turned away and the next one awaited, until the time is over.
#include "engine/io/driver_socket.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "base/token.hpp"
#include "engine/frames.hpp"

namespace py4cpp::engine {
namespace {

/// One connection may take this long to say its secret, so that a silent one cannot use up the time
/// of the driver's own.
constexpr std::chrono::milliseconds authentication_ms_max{2'000};

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Reads a length and the secret, and answers "ok" or "err".
bool authenticate(const Fd& socket, const std::string& secret, Deadline deadline) {
  std::byte header[4];
  if (!read_exact(socket, header, deadline)) return false;
  std::string said(read_u32(header) == secret.size() ? secret.size() : 0, '\0');
  bool known = !said.empty() &&
               read_exact(socket, std::as_writable_bytes(std::span(said)), deadline) &&
               equal_in_constant_time(said, secret);
  std::string_view answer = known ? "ok" : "err";
  write_all(socket, big_endian(static_cast<std::uint32_t>(answer.size())), deadline);
  write_all(socket, as_bytes(answer), deadline);
  return known;
}

}  // namespace

void DriverConnection::write(std::span<const std::byte> bytes) { write_all(socket_, bytes); }

void DriverConnection::write_int(std::int32_t value) {
  write(big_endian(static_cast<std::uint32_t>(value)));
}

std::optional<std::int32_t> DriverConnection::read_int() {
  std::byte bytes[4];
  if (!read_exact(socket_, bytes)) return std::nullopt;
  return static_cast<std::int32_t>(read_u32(bytes));
}

void DriverSocket::get_result() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_; });
  if (error_) std::rethrow_exception(error_);
}

void DriverSocket::run(const Serve& serve, std::chrono::milliseconds connect_ms_max) {
  std::exception_ptr error;
  try {
    Fd socket = accept_driver(connect_ms_max);
    const Fd* connected = nullptr;
    {
      std::lock_guard lock(mutex_);
      listener_.reset();
      if (interrupted_) throw Disconnected("the result was not fetched: the context stopped");
      connection_ = std::move(socket);
      connected = &connection_;  // replaced by nobody: only interrupt() looks at it, under the lock
    }
    DriverConnection connection(*connected);
    serve(connection);
  } catch (...) {
    error = std::current_exception();
  }
  if (!path_.empty()) ::unlink(path_.c_str());
  set_ended(error);
}

Fd DriverSocket::accept_driver(std::chrono::milliseconds connect_ms_max) {
  Deadline deadline = after(connect_ms_max);
  while (Fd socket = accept_connection(listener_, deadline)) {
    if (!path_.empty()) return socket;
    try {
      if (authenticate(socket, secret_, std::min(deadline, after(authentication_ms_max)))) {
        return socket;
      }
    } catch (const Disconnected&) {
      // Not the driver, or no longer: the next one may be.
    }
  }
  throw Disconnected("nobody fetched the result within " +
                     std::to_string(connect_ms_max.count() / 1000) + " seconds");
}

void DriverSocket::set_ended(std::exception_ptr error) {
  std::lock_guard lock(mutex_);
  listener_.reset();
  connection_.reset();
  error_ = std::move(error);
  ended_ = true;
  changed_.notify_all();
}

void DriverSocket::interrupt() {
  std::lock_guard lock(mutex_);
  interrupted_ = true;
  if (ended_) return;
  if (connection_) {
    ::shutdown(connection_.get(), SHUT_RDWR);
  } else if (listener_) {
    ::shutdown(listener_.get(), SHUT_RDWR);
  }
}

std::shared_ptr<DriverSocket> DriverSockets::serve(std::function<void(DriverConnection&)> serve) {
  std::lock_guard lock(mutex_);
  if (stopped_) throw Disconnected("no result can be fetched: the context is stopped");
  reap();
  if (served_.size() >= options_.sockets_max) {
    throw Overloaded(std::to_string(served_.size()) +
                     " results are being fetched already: read or drop some of them first");
  }
  auto socket = std::make_shared<DriverSocket>();
  if (options_.unix_folder.empty()) {
    socket->listener_ = listen_loopback(0, 1);
    socket->port_ = local_port(socket->listener_);
    socket->secret_ = random_token();
  } else {
    socket->path_ = options_.unix_folder / (random_token().substr(0, 16) + ".sock");
    socket->listener_ = listen_unix(socket->path_, 1);
  }
  served_.push_back(
      {socket, std::thread([socket, serve = std::move(serve), wait = options_.connect_ms_max] {
         socket->run(serve, wait);
       })});
  return socket;
}

void DriverSockets::reap() {
  for (auto served = served_.begin(); served != served_.end();) {
    bool ended = false;
    {
      std::lock_guard lock(served->socket->mutex_);
      ended = served->socket->ended_;
    }
    if (ended) {
      served->thread.join();
      served = served_.erase(served);
    } else {
      ++served;
    }
  }
}

void DriverSockets::stop() {
  std::list<Served> left;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    left = std::exchange(served_, {});
  }
  for (Served& served : left) served.socket->interrupt();
  for (Served& served : left) served.thread.join();
}

}  // namespace py4cpp::engine
