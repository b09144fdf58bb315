// SPDX-License-Identifier: Apache-2.0
//
// Blocking local sockets with deadlines: loopback TCP and Unix. Every descriptor is close-on-exec
// and TCP connections send without delay. All functions may be called from any thread; one
// descriptor is read by one thread and written by one thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "fd.hpp"

namespace py4cpp {

using Deadline = std::chrono::steady_clock::time_point;

/// Waits for ever.
inline constexpr Deadline no_deadline = Deadline::max();

/// The moment `duration` from now.
template <typename Duration>
Deadline after(Duration duration) {
  return std::chrono::steady_clock::now() + duration;
}

/// Connections that may wait to be accepted, when the caller does not say.
inline constexpr int listen_backlog = 128;

/// Listens on 127.0.0.1. Port 0 takes a free one. Throws Error that names the address.
Fd listen_loopback(std::uint16_t port = 0, int backlog = listen_backlog);

/// Listens on a Unix socket at `path`, which must not exist; whoever may enter its folder may
/// connect. The caller removes the file. Throws Error that names the path.
Fd listen_unix(const std::filesystem::path& path, int backlog = listen_backlog);

/// The port that a TCP socket is bound to.
std::uint16_t local_port(const Fd& socket);

/// Connects to 127.0.0.1:port, or to a Unix socket. Throws Disconnected when nobody answers.
Fd connect_loopback(std::uint16_t port, Deadline deadline = no_deadline);
Fd connect_unix(const std::filesystem::path& path, Deadline deadline = no_deadline);

/// The next connection, or an empty Fd when none came before the deadline. Throws Error.
Fd accept_connection(const Fd& listener, Deadline deadline = no_deadline);

/// True when the descriptor is readable (or at its end) before the deadline.
bool wait_readable(const Fd& fd, Deadline deadline);

/// Fills `bytes`. Returns false when the stream ended before the first byte; throws Disconnected
/// when it ended later, failed, or the deadline passed. Works on sockets and pipes.
bool read_exact(const Fd& fd, std::span<std::byte> bytes, Deadline deadline = no_deadline);

/// Writes all of `bytes`. Throws Disconnected when the reader is gone or the deadline passed. Works
/// on sockets (never raising SIGPIPE) and pipes (whose writer must ignore SIGPIPE).
void write_all(const Fd& fd, std::span<const std::byte> bytes, Deadline deadline = no_deadline);

}  // namespace py4cpp
