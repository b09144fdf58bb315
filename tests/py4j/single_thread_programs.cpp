// SPDX-License-Identifier: Apache-2.0
//
// The programs of py4j.examples for py4j's ClientServer, where one C++ thread answers to one Python
// thread.
#include "tests/py4j/applications.hpp"
#include "tests/py4j/classes.hpp"
#include "tests/py4j/lifetimes.hpp"
#include "tests/py4j/programs.hpp"

namespace py4j_peer {

using namespace py4cpp;

namespace {

/// Two of these in one call make a cycle in Python, which its collector finds at any moment.
struct Thing : Living<Thing> {};

constexpr int garbage_calls = 1000;

}  // namespace

int run_single_thread(Words) { return serve(pinned(example())); }

int run_single_thread_with_short_timeout(Words) {
  return serve(pinned(with_short_timeout(example())));
}

int run_single_thread_client(Words words) {
  auto options = pinned(fixed_ports());
  if (words.size() == 2 && words[0] == "--auth-token") {
    options.authenticate = true;
    options.token = words[1];
  }
  return serve(std::move(options), &say_hello);
}

int run_single_thread_garbage(Words) {
  Registry registry;
  bind_all(registry);
  registry.type<Thing>("py4j.examples.Thing").constructor<>();
  Gateway gateway(registry, pinned(fixed_ports()));
  {
    const Proxy hello = gateway.python_entry_point();
    for (int i = 0; i < garbage_calls; ++i)
      hello.call("sendObject", {std::make_shared<Thing>(), std::make_shared<Thing>()});
  }
  end(gateway);
  return 0;
}

}  // namespace py4j_peer
