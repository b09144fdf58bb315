// SPDX-License-Identifier: Apache-2.0
//
// The command line of py4j's own server program, so that a C++ program can stand in for `java`:
//
//   int main(int argc, char** argv) {
//     py4cpp::Registry registry;
//     registry.type<Thermostat>("home.Thermostat").constructor<double>();
//     return py4cpp::run_server_main(argc, argv, registry);
//   }
//
// Python then starts it with `JavaGateway.launch_gateway(java_path="./thermostat")`.
#pragma once

#include "gateway.hpp"

namespace py4cpp {

/// Serves the registry as the command line says and returns the program's exit code once it is
/// over. Prints the port on the first line of the standard output and, with --enable-auth, the
/// token on the second; nothing may be printed before.
///
///   [java's options] [py4j.GatewayServer] [--die-on-broken-pipe] [--enable-auth] [PORT]
///
/// java's options are skipped. Without --enable-auth every local process may connect, as py4j has
/// it. With --die-on-broken-pipe the program ends at the first line or the end of its standard
/// input, also after a client shut the gateway down; otherwise when a client does that. At the end
/// of the input a call that is still running has a second to return; else the process exits then,
/// with 0 as well and without destructors. What stops it (a mistake in the words, a port that
/// cannot be had) is told on the standard error and gives 1.
///
/// `options` hold for what the command line does not say; `pinned` is false in any case, because
/// launch_gateway makes a JavaGateway. Call it from the main thread, which it blocks.
int run_server_main(int argc, const char* const* argv, Registry& registry,
                    GatewayOptions options = {});

}  // namespace py4cpp
