// SPDX-License-Identifier: Apache-2.0
//
// What happens in a gateway, told to the program that embeds it: derive from GatewayListener,
// override what is of interest and pass it in GatewayOptions::listeners.
#pragma once

#include <cstdint>
#include <string>

namespace py4cpp {

/// One connection of a gateway, as long as a listener is told of it; a value that may be kept.
struct ConnectionInfo {
  /// Unique among the connections of one gateway, counting from 1.
  std::uint64_t id = 0;
  /// False for a client that connected to us, true for our connections to Python's callback server.
  bool is_callback = false;
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;
};

/// Functions may be called by several threads at once: those of a connection by the thread that
/// uses it, the others by whoever starts or ends the gateway or by its own thread. They must return
/// soon, because the conversation waits, and must not stop the gateway. What they throw is logged
/// and ignored.
class GatewayListener {
 public:
  virtual ~GatewayListener() = default;

  /// The gateway accepts connections from now on.
  virtual void server_started() {}
  /// It accepts none any more; running calls may still go on.
  virtual void server_stopped() {}
  /// A connection could not be accepted: the reason.
  virtual void server_error(const std::string& /*reason*/) {}
  /// Before and after the gateway closes all connections and forgets all objects, once each.
  virtual void server_pre_shutdown() {}
  virtual void server_post_shutdown() {}

  /// A connection was opened, and ended. Each that started is told of as stopped exactly once.
  virtual void connection_started(const ConnectionInfo&) {}
  virtual void connection_stopped(const ConnectionInfo&) {}
  /// A connection ends (connection_stopped follows) because of this error: it broke off in the
  /// middle of an exchange, took too long, or sent what cannot be understood.
  virtual void connection_error(const ConnectionInfo&, const std::string& /*reason*/) {}
};

}  // namespace py4cpp
