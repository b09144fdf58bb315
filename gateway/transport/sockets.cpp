// SPDX-License-Identifier: Apache-2.0
#include "gateway/transport/sockets.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <system_error>
#include <utility>

namespace py4cpp {

namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// Empty with `reason` set when the host has no address.
Addresses resolve(const std::string& host, std::uint16_t port, std::string& reason) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (failure != 0) reason = ::gai_strerror(failure);
  return {found, &::freeaddrinfo};
}

std::string system_text(int error) { return std::system_category().message(error); }

Fd socket_for(const addrinfo& address, int flags) {
  return Fd(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
}

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

/// A peer that is silent for so many seconds is asked at this interval whether it is still there;
/// so many questions without an answer end the connection.
constexpr int keep_alive_idle_s = 120, keep_alive_interval_s = 30, keep_alive_questions_max = 4;

/// Accepted connections have what their listener has.
void keep_alive(int socket) {
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
  const std::pair<int, int> values[] = {{TCP_KEEPIDLE, keep_alive_idle_s},
                                        {TCP_KEEPINTVL, keep_alive_interval_s},
                                        {TCP_KEEPCNT, keep_alive_questions_max}};
  for (const auto& [option, value] : values)
    ::setsockopt(socket, IPPROTO_TCP, option, &value, sizeof value);
}

/// Waits for the end of a connect() that is under way; errno tells how it ended.
bool finish_connect(int socket, std::chrono::milliseconds time_max) {
  if (errno != EINPROGRESS) return false;
  if (!wait_for(socket, POLLOUT, time_max)) {
    errno = ETIMEDOUT;
    return false;
  }
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size);
  errno = failure;
  return failure == 0;
}

/// A socket that finds nobody at the port that it was given itself is connected to itself. That is
/// nobody: errno says so.
bool refuse_oneself(int socket) {
  sockaddr_storage here{}, there{};
  socklen_t here_size = sizeof here, there_size = sizeof there;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &here_size);
  ::getpeername(socket, reinterpret_cast<sockaddr*>(&there), &there_size);
  errno = ECONNREFUSED;
  return here_size == there_size && std::memcmp(&here, &there, here_size) == 0;
}

}  // namespace

std::string place_text(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Fd listen_on(const std::string& host, std::uint16_t port) {
  const std::string place = place_text(host, port);
  const auto fail = [&](const std::string& reason) {
    return Error("the gateway cannot listen on " + place + ": " + reason);
  };
  std::string reason;
  const auto addresses = resolve(host, port, reason);
  if (!addresses) throw fail("it is neither an IP address nor a known host name (" + reason + ")");
  Fd listener = socket_for(*addresses, SOCK_NONBLOCK);
  if (!listener) throw fail(system_text(errno));
  const int yes = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  keep_alive(listener.get());
  if (::bind(listener.get(), addresses->ai_addr, addresses->ai_addrlen) != 0 ||
      ::listen(listener.get(), SOMAXCONN) != 0) {
    if (errno == EADDRINUSE)
      throw fail("the port is in use by another program; choose another port, or 0 for a free one");
    throw fail(system_text(errno));
  }
  return listener;
}

Fd accept_from(int listener) {
  return Fd(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

Fd connect_to(const std::string& host, std::uint16_t port,
              std::chrono::steady_clock::time_point end) {
  std::string reason;
  const auto addresses = resolve(host, port, reason);
  int addresses_left = 0;
  bool was_refused = false;
  for (const addrinfo* at = addresses.get(); at; at = at->ai_next) ++addresses_left;
  for (const addrinfo* at = addresses.get(); at; at = at->ai_next, --addresses_left) {
    Fd socket = socket_for(*at, SOCK_NONBLOCK);
    if (socket &&
        (::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0 ||
         finish_connect(socket.get(), time_left(end) / addresses_left)) &&
        !refuse_oneself(socket.get())) {
      set_blocking(socket.get(), true);
      keep_alive(socket.get());
      return socket;
    }
    was_refused |= errno == ECONNREFUSED;
    reason = system_text(errno);
  }
  const std::string text =
      "cannot connect to Python's callback server at " + place_text(host, port) + ": " + reason;
  if (was_refused) throw ConnectionRefused(text);
  throw Disconnected(text);
}

std::uint16_t local_port(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return port_of(address);
}

std::string local_address(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char text[NI_MAXHOST] = "";
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, text, sizeof text, nullptr, 0,
                NI_NUMERICHOST);
  return text;
}

std::uint16_t remote_port(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return port_of(address);
}

void send_without_delay(int socket) {
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

void set_blocking(int socket, bool is_blocking) {
  const int flags = ::fcntl(socket, F_GETFL);
  ::fcntl(socket, F_SETFL, is_blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

std::chrono::milliseconds time_left(std::chrono::steady_clock::time_point end) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

bool wait_for(int socket, short events, std::chrono::milliseconds time_max) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + time_max;
  for (;;) {
    int left = -1;
    if (time_max.count() >= 0)
      left = static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(
          std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count(), 0,
          std::numeric_limits<int>::max()));
    pollfd entry{socket, events, 0};
    const int ready = ::poll(&entry, 1, left);
    if (ready > 0) return true;
    if (ready < 0 ? errno != EINTR : Clock::now() >= end) return false;
  }
}

}  // namespace py4cpp
