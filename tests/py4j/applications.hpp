// SPDX-License-Identifier: Apache-2.0
//
// What the programs of this folder have in common: py4j's fixed ports, the settings that several of
// them share, and serving until a client asks for the end.
#pragma once

#include <cstdint>
#include <functional>

#include "gateway/gateway.hpp"

namespace py4j_peer {

inline constexpr std::uint16_t default_port = 25333, default_python_port = 25334;

/// A gateway on py4j's own ports that asks nobody for a token. The tests count what Python holds
/// right after a call, as if a garbage collector had not come by yet; so dead proxies wait long,
/// and Python is told of them when it calls System.gc().
py4cpp::GatewayOptions fixed_ports(std::uint16_t offset = 0);

/// The same with the entry point of most programs.
py4cpp::GatewayOptions example();

/// The same for py4j's ClientServer, where one C++ thread answers to one Python thread.
py4cpp::GatewayOptions pinned(py4cpp::GatewayOptions options);

/// Gives up after a quarter of a second of silence, in both directions.
py4cpp::GatewayOptions with_short_timeout(py4cpp::GatewayOptions options);

/// Serves everything that the tests use until a client shuts the gateway down. `begin` runs before.
int serve(py4cpp::GatewayOptions options,
          const std::function<void(py4cpp::Gateway& gateway)>& begin = {});

/// Says hello twice to the Python program's entry point; what goes wrong is only told.
void say_hello(py4cpp::Gateway& gateway);

}  // namespace py4j_peer
