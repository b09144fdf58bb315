// SPDX-License-Identifier: Apache-2.0
#include "base/socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string>

#include "base/error.hpp"

namespace py4cpp {
namespace {

std::string errno_text() { return std::strerror(errno); }

// The cast that the socket API asks for.
template <typename Address>
sockaddr* generic(Address& address) {
  return static_cast<sockaddr*>(static_cast<void*>(&address));
}

sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

sockaddr_un unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = path.native();
  if (name.size() >= sizeof address.sun_path) {
    throw Error("the Unix socket path '" + name + "' is longer than " +
                std::to_string(sizeof address.sun_path - 1) + " bytes; use a shorter folder");
  }
  std::memcpy(address.sun_path, name.data(), name.size());
  return address;
}

void send_without_delay(const Fd& socket) {
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Fd new_socket(int family) {
  Fd socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) throw Error("cannot make a socket: " + errno_text());
  return socket;
}

// Waits for `events`; false when the deadline passed.
bool wait_for(int fd, short events, Deadline deadline) {
  for (;;) {
    int wait_ms = -1;
    if (deadline != no_deadline) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      wait_ms = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
    }
    pollfd entry{fd, events, 0};
    const int ready = ::poll(&entry, 1, wait_ms);
    if (ready > 0) return true;
    if (ready == 0 && wait_ms < INT_MAX) return false;
    if (ready < 0 && errno != EINTR) throw Error("poll failed: " + errno_text());
  }
}

template <typename Address>
Fd connect_to(const Address& address, const std::string& name, Deadline deadline) {
  Address copy = address;
  Fd socket = new_socket(generic(copy)->sa_family);
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (deadline != no_deadline) ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK);
  int result = ::connect(socket.get(), generic(copy), sizeof copy);
  // A full Unix backlog (EAGAIN) has no event to wait for; it is reported like a refusal.
  if (result != 0 && (errno == EINPROGRESS || errno == EINTR)) {
    if (!wait_for(socket.get(), POLLOUT, deadline)) {
      throw Disconnected("no answer from " + name + " in time");
    }
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    result = error == 0 ? 0 : -1;
  }
  if (result != 0) throw Disconnected("cannot connect to " + name + ": " + errno_text());
  ::fcntl(socket.get(), F_SETFL, flags);
  return socket;
}

// One piece of a write that does not block once the descriptor was reported writable.
ssize_t write_some(int fd, std::span<const std::byte> bytes) {
  const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  return ::write(fd, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
}

}  // namespace

Fd listen_loopback(std::uint16_t port, int backlog) {
  Fd socket = new_socket(AF_INET);
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = loopback_address(port);
  if (::bind(socket.get(), generic(address), sizeof address) != 0 ||
      ::listen(socket.get(), backlog) != 0) {
    throw Error("cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + errno_text());
  }
  return socket;
}

Fd listen_unix(const std::filesystem::path& path, int backlog) {
  sockaddr_un address = unix_address(path);
  Fd socket = new_socket(AF_UNIX);
  if (::bind(socket.get(), generic(address), sizeof address) != 0 ||
      ::listen(socket.get(), backlog) != 0) {
    throw Error("cannot listen on '" + path.string() + "': " + errno_text());
  }
  return socket;
}

std::uint16_t local_port(const Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), generic(address), &size) != 0) {
    throw Error("a socket has no address: " + errno_text());
  }
  return ntohs(address.sin_port);
}

Fd connect_loopback(std::uint16_t port, Deadline deadline) {
  Fd socket = connect_to(loopback_address(port), "127.0.0.1:" + std::to_string(port), deadline);
  send_without_delay(socket);
  return socket;
}

Fd connect_unix(const std::filesystem::path& path, Deadline deadline) {
  const std::string name = path.string();
  return connect_to(unix_address(path), "'" + name + "'", deadline);
}

Fd accept_connection(const Fd& listener, Deadline deadline) {
  for (;;) {
    if (deadline != no_deadline && !wait_for(listener.get(), POLLIN, deadline)) return {};
    Fd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket) {
      send_without_delay(socket);  // Fails without harm on a Unix socket.
      return socket;
    }
    // A client that gave up while it waited is no reason to stop listening.
    if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN) {
      throw Error("cannot accept a connection: " + errno_text());
    }
  }
}

bool wait_readable(const Fd& fd, Deadline deadline) { return wait_for(fd.get(), POLLIN, deadline); }

bool read_exact(const Fd& fd, std::span<std::byte> bytes, Deadline deadline) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    if (deadline != no_deadline && !wait_for(fd.get(), POLLIN, deadline)) {
      throw Disconnected("no data came in time");
    }
    const ssize_t count = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (count == 0) {
      if (done == 0) return false;
      throw Disconnected("the stream ended after " + std::to_string(done) + " of " +
                         std::to_string(bytes.size()) + " bytes");
    } else if (errno == EAGAIN) {
      wait_for(fd.get(), POLLIN, deadline);
    } else if (errno != EINTR) {
      throw Disconnected("cannot read: " + errno_text());
    }
  }
  return true;
}

void write_all(const Fd& fd, std::span<const std::byte> bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (!wait_for(fd.get(), POLLOUT, deadline)) {
      throw Disconnected("the reader took no data in time");
    }
    const ssize_t count = write_some(fd.get(), bytes);
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (errno != EINTR && errno != EAGAIN) {
      throw Disconnected("cannot write: " + errno_text());
    }
  }
}

}  // namespace py4cpp
