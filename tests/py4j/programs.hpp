// SPDX-License-Identifier: Apache-2.0
//
// The programs that py4j's own tests start as Java classes. Each takes the words after the class
// name, runs until it has done its work or a client shut it down, and returns the exit code.
#pragma once

#include <span>
#include <string>

namespace py4j_peer {

using Words = std::span<const std::string>;

int run_gateway_server(Words words);  // py4j.GatewayServer
int run_echo_server(Words words);     // py4j.EchoServer

/// @name py4j.examples, calls back on connections of their own
/// @{
int run_example(Words words);
int run_example_without_release(Words words);
int run_example_with_python_entry_point(Words words);
int run_example_with_short_timeout(Words words);
int run_example_on_ipv6(Words words);
int run_example_with_tls(Words words);
int run_operator_example(Words words);
int run_interface_example(Words words);
/// @}

/// @name py4j.examples, one C++ thread for one Python thread
/// @{
int run_single_thread(Words words);
int run_single_thread_with_short_timeout(Words words);
int run_single_thread_client(Words words);
int run_single_thread_garbage(Words words);
int run_multi_client_server(Words words);
/// @}

/// @name py4j.instrumented
/// @{
int run_instrumented(Words words);
int run_instrumented_client_server(Words words);
/// @}

}  // namespace py4j_peer
