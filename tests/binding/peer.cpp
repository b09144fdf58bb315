// SPDX-License-Identifier: Apache-2.0
//
// The program that the Python tests of the binding talk to: it serves the house until its standard
// input ends, then prints how many of the objects are left.
//
//   binding_peer [--unpinned]
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/gateway.hpp"
#include "house.hpp"

int main(int count, char** words) {
  using namespace py4cpp;
  Registry registry;
  house::bind(registry);
  GatewayOptions options;
  options.token = "secret";
  options.entry_point = std::make_shared<house::Thermostat>(20.0);
  options.pinned = count < 2 || std::string_view(words[1]) != "--unpinned";
  {
    Gateway gateway(registry, std::exchange(options, {}));
    std::cout << gateway.port() << std::endl;
    for (std::string line; std::getline(std::cin, line);) continue;
  }
  std::cout << "alive " << house::Counted::alive << std::endl;
}
