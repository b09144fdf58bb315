// SPDX-License-Identifier: Apache-2.0
//
// The programs of py4j.examples that call Python back on connections of their own.
#include "gateway/server_main.hpp"
#include "tests/py4j/applications.hpp"
#include "tests/py4j/classes.hpp"
#include "tests/py4j/programs.hpp"

namespace py4j_peer {

using namespace py4cpp;

namespace {

GatewayOptions without_release(GatewayOptions options) {
  options.release_proxies = false;
  return options;
}

}  // namespace

/// The command line of the library itself; its words are behind the name of the class.
int run_gateway_server(Words words) {
  std::vector<const char*> line{"java"};
  for (const auto& word : words) line.push_back(word.c_str());
  Registry registry;
  bind_all(registry);
  return run_server_main(static_cast<int>(line.size()), line.data(), registry);
}

int run_example(Words) { return serve(example()); }

int run_example_without_release(Words) { return serve(without_release(example())); }

int run_example_with_python_entry_point(Words words) {
  auto options = fixed_ports();
  if (!words.empty()) options.callback_token = words.front();
  return serve(std::move(options), &say_hello);
}

int run_example_with_short_timeout(Words) {
  return serve(without_release(with_short_timeout(example())));
}

int run_example_on_ipv6(Words) {
  auto options = without_release(with_short_timeout(example()));
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
