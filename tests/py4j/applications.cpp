// SPDX-License-Identifier: Apache-2.0
#include "tests/py4j/applications.hpp"

#include <chrono>
#include <cstdio>
#include <memory>

#include "tests/py4j/classes.hpp"
#include "tests/py4j/lifetimes.hpp"

namespace py4j_peer {

using namespace py4cpp;

GatewayOptions fixed_ports(std::uint16_t offset) {
  return {.port = static_cast<std::uint16_t>(default_port + offset),
          .authenticate = false,
          .pinned = false,
          .callback_port = static_cast<std::uint16_t>(default_python_port + offset),
          .release_ms_max = std::chrono::minutes(1)};
}

GatewayOptions example() {
  auto options = fixed_ports();
  options.entry_point = std::make_shared<ExampleEntryPoint>();
  return options;
}

GatewayOptions pinned(GatewayOptions options) {
  options.pinned = true;
  return options;
}

GatewayOptions with_short_timeout(GatewayOptions options) {
  options.read_ms_max = options.callback_read_ms_max = std::chrono::milliseconds(250);
  return options;
}

int serve(GatewayOptions options, const std::function<void(Gateway&)>& begin) {
  Registry registry;
  bind_all(registry);
  Gateway gateway(registry, std::move(options));
  if (begin) begin(gateway);
  gateway.wait_for_shutdown();
  end(gateway);
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

}  // namespace py4j_peer
