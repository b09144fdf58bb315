// SPDX-License-Identifier: Apache-2.0
//
// The programs of py4j.examples for py4j's ClientServer, where one C++ thread answers to one Python
// thread.
#include <cstdio>

#include "tests/py4j/applications.hpp"
#include "tests/py4j/classes.hpp"
#include "tests/py4j/programs.hpp"

namespace py4j_peer {

using namespace py4cpp;

namespace {

GatewayOptions pinned() {
  auto options = fixed_ports();
  options.pinned = true;
  return options;
}

/// Two of these in one call make a cycle in Python, which its collector finds at any moment.
struct Thing {};

constexpr int garbage_calls = 1000;

}  // namespace

int run_single_thread(Words) {
  auto options = pinned();
  options.entry_point = std::make_shared<ExampleEntryPoint>();
  return serve(std::move(options));
}

int run_single_thread_with_short_timeout(Words) {
  auto options = pinned();
  options.entry_point = std::make_shared<ExampleEntryPoint>();
  options.read_ms_max = options.callback_read_ms_max = std::chrono::milliseconds(250);
  return serve(std::move(options));
}

int run_single_thread_client(Words words) {
  auto options = pinned();
  if (words.size() == 2 && words[0] == "--auth-token") {
    options.authenticate = true;
    options.token = words[1];
  }
  Registry registry;
  bind_all(registry);
  Gateway gateway(registry, std::move(options));
  say_hello(gateway);
  gateway.wait_for_shutdown();
  return 0;
}

int run_single_thread_garbage(Words) {
  Registry registry;
  bind_all(registry);
  registry.type<Thing>("py4j.examples.Thing").constructor<>();
  Gateway gateway(registry, pinned());
  const Proxy hello = gateway.python_entry_point();
  for (int i = 0; i < garbage_calls; ++i)
    hello.call("sendObject", {std::make_shared<Thing>(), std::make_shared<Thing>()});
  return 0;
}

}  // namespace py4j_peer
