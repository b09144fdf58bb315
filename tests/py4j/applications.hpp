// SPDX-License-Identifier: Apache-2.0
//
// What the programs of this folder have in common: py4j's fixed ports, and serving until a client
// asks for the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "gateway/gateway.hpp"

namespace py4j_peer {

inline constexpr std::uint16_t default_port = 25333, default_python_port = 25334;

/// A gateway on py4j's own ports that asks nobody for a token. The tests count what Python holds
/// right after a call, as if a garbage collector had not come by yet; so dead proxies wait long,
/// and Python is told of them when it calls System.gc().
inline py4cpp::GatewayOptions fixed_ports(std::uint16_t offset = 0) {
  return {.port = static_cast<std::uint16_t>(default_port + offset),
          .authenticate = false,
          .pinned = false,
          .callback_port = static_cast<std::uint16_t>(default_python_port + offset),
          .release_ms_max = std::chrono::minutes(1)};
}

/// Serves everything that the tests use until a client shuts the gateway down.
int serve(py4cpp::GatewayOptions options);

/// Says hello twice to the Python program's entry point; what goes wrong is only told.
void say_hello(py4cpp::Gateway& gateway);

}  // namespace py4j_peer
