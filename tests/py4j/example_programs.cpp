// SPDX-License-Identifier: Apache-2.0
//
// The programs of py4j.examples that call Python back on connections of their own.
#include <cstdio>

#include "gateway/server_main.hpp"
#include "tests/py4j/applications.hpp"
#include "tests/py4j/classes.hpp"
#include "tests/py4j/programs.hpp"

namespace py4j_peer {

using namespace py4cpp;

namespace {

constexpr std::chrono::milliseconds short_ms{250};

/// Gives up after a quarter of a second of silence, in both directions.
GatewayOptions with_short_timeout(GatewayOptions options) {
  options.entry_point = std::make_shared<ExampleEntryPoint>();
  options.read_ms_max = short_ms;
  options.callback_read_ms_max = short_ms;
  options.release_proxies = false;
  return options;
}

}  // namespace

int serve(GatewayOptions options) {
  Registry registry;
  bind_all(registry);
  Gateway gateway(registry, std::move(options));
  gateway.wait_for_shutdown();
  return 0;
}

void say_hello(Gateway& gateway) {
  try {
    const Proxy hello = gateway.python_entry_point();
    hello.call("sayHello");
    hello.call("sayHello", {2, "Hello World"});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
}

/// The command line of the library itself; its words are behind the name of the class.
int run_gateway_server(Words words) {
  std::vector<const char*> line{"java"};
  for (const auto& word : words) line.push_back(word.c_str());
  Registry registry;
  bind_all(registry);
  return run_server_main(static_cast<int>(line.size()), line.data(), registry);
}

int run_example(Words) {
  auto options = fixed_ports();
  options.entry_point = std::make_shared<ExampleEntryPoint>();
  return serve(std::move(options));
}

int run_example_without_release(Words) {
  auto options = fixed_ports();
  options.entry_point = std::make_shared<ExampleEntryPoint>();
  options.release_proxies = false;
  return serve(std::move(options));
}

int run_example_with_python_entry_point(Words words) {
  auto options = fixed_ports();
  if (!words.empty()) options.callback_token = words.front();
  Registry registry;
  bind_all(registry);
  Gateway gateway(registry, std::move(options));
  say_hello(gateway);
  gateway.wait_for_shutdown();
  return 0;
}

int run_example_with_short_timeout(Words) { return serve(with_short_timeout(fixed_ports())); }

int run_example_on_ipv6(Words) {
  auto options = with_short_timeout(fixed_ports());
  options.address = "::1";
  options.callback_address = "::1";
  return serve(std::move(options));
}

int run_operator_example(Words) {
  auto options = fixed_ports();
  options.entry_point = std::make_shared<OperatorExample>();
  options.callback_idle_ms_max = std::chrono::seconds(2);
  return serve(std::move(options));
}

int run_interface_example(Words) {
  auto options = fixed_ports();
  options.entry_point = std::make_shared<InterfaceExample>();
  return serve(std::move(options));
}

}  // namespace py4j_peer
