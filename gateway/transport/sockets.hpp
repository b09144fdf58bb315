// SPDX-License-Identifier: Apache-2.0
//
// TCP sockets of either IP version, by address or host name. Every socket is close-on-exec.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace py4cpp {

/// "host:port", or "[host]:port" for an IPv6 address.
std::string place_text(const std::string& host, std::uint16_t port);

/// Listens, without blocking accept_from(). Port 0 takes a free one. Throws Error that names the
/// place and says what to do. The system asks silent connections whether they are still there,
/// those from connect_to() as well: one whose machine has vanished ends after some minutes.
Fd listen_on(const std::string& host, std::uint16_t port);

/// The next connection that waits, as a non-blocking socket; empty with errno set when there is
/// none.
Fd accept_from(int listener);

/// Nobody listens there, or not yet.
class ConnectionRefused : public Disconnected {
 public:
  using Disconnected::Disconnected;
};

/// Connects as a blocking socket. Throws Disconnected when nobody answers before `end`, and
/// ConnectionRefused at once when the system says that nobody listens; the addresses of a host
/// share that time. (The system's look-up of a name has bounds of its own.)
Fd connect_to(const std::string& host, std::uint16_t port,
              std::chrono::steady_clock::time_point end);

std::uint16_t local_port(int socket);
/// In numbers: "127.0.0.1", "::1".
std::string local_address(int socket);
std::uint16_t remote_port(int socket);

/// Switches Nagle's delay off: an answer is one write.
void send_without_delay(int socket);
void set_blocking(int socket, bool is_blocking);

/// What is left until then, not less than nothing.
std::chrono::milliseconds time_left(std::chrono::steady_clock::time_point end);

/// Waits for `events` of poll(2) or an error; false when nothing came in time. A negative time
/// waits for ever.
bool wait_for(int socket, short events, std::chrono::milliseconds time_max);

}  // namespace py4cpp
