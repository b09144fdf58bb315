// SPDX-License-Identifier: Apache-2.0
//
// TCP sockets of either IP version, by address or host name. Every socket is close-on-exec.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "base/fd.hpp"

namespace py4cpp {

/// "host:port", or "[host]:port" for an IPv6 address.
std::string place_text(const std::string& host, std::uint16_t port);

/// Listens, without blocking accept_from(). Port 0 takes a free one. Throws Error that names the
/// place and says what to do.
Fd listen_on(const std::string& host, std::uint16_t port);

/// The next connection that waits, as a non-blocking socket; empty with errno set when there is
/// none.
Fd accept_from(int listener);

/// Connects as a blocking socket. Throws Disconnected when nobody answers in time.
Fd connect_to(const std::string& host, std::uint16_t port, std::chrono::milliseconds time_max);

std::uint16_t local_port(int socket);
/// In numbers: "127.0.0.1", "::1".
std::string local_address(int socket);
std::uint16_t remote_port(int socket);

/// Switches Nagle's delay off: an answer is one write.
void send_without_delay(int socket);
void set_blocking(int socket, bool is_blocking);

/// Waits for `events` of poll(2) or an error; false when nothing came in time. A negative time
/// waits for ever.
bool wait_for(int socket, short events, std::chrono::milliseconds time_max);

}  // namespace py4cpp
