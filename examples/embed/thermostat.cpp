// SPDX-License-Identifier: Apache-2.0
//
// A C++ program that Python can drive. It prints the port and the token of its gateway and serves
// until its standard input ends.
#include <functional>
#include <iostream>
#include <memory>
#include <py4cpp/gateway.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

enum class Mode { heat, cool };

/// What may listen to a thermostat. Python classes may, too.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void changed(double celsius) = 0;
};

/// A Listener that is written in Python.
class PythonListener final : public Listener {
 public:
  explicit PythonListener(py4cpp::Proxy python) : python_(std::move(python)) {}
  void changed(double celsius) override { python_.call<void>("changed", celsius); }

 private:
  py4cpp::Proxy python_;
};

class Thermostat {
 public:
  explicit Thermostat(double celsius) : target_(celsius) {}

  double target() const { return target_; }
  void set_target(double celsius) {
    if (celsius > 35) throw std::out_of_range("35 degrees is the limit");
    target_ = celsius;
    for (const auto& listener : listeners_) listener->changed(celsius);
  }
  void add_listener(std::shared_ptr<Listener> listener) {
    listeners_.push_back(std::move(listener));
  }
  Mode mode = Mode::heat;

 private:
  double target_;
  std::vector<std::shared_ptr<Listener>> listeners_;
};

void bind(py4cpp::Registry& registry) {
  using py4cpp::arg, py4cpp::doc;
  registry.enumeration<Mode>("home.Mode").value("HEAT", Mode::heat).value("COOL", Mode::cool);
  registry.interface<Listener, PythonListener>("home.Listener")
      .method("changed", &Listener::changed, arg("celsius"));
  registry.type<Thermostat>("home.Thermostat")
      .doc("Keeps a room warm.")
      .constructor<double>(arg("celsius") = 20.0)
      .method("target", &Thermostat::target)
      .method("setTarget", &Thermostat::set_target, arg("celsius"), doc("At most 35 degrees."))
      .method("addListener", &Thermostat::add_listener, arg("listener"))
      .field("mode", &Thermostat::mode);
}

}  // namespace

int main() {
  py4cpp::Registry registry;
  bind(registry);
  py4cpp::Gateway gateway(registry, {.entry_point = std::make_shared<Thermostat>(20.0)});
  std::cout << gateway.port() << "\n" << gateway.token() << std::endl;
  for (std::string line; std::getline(std::cin, line);) continue;
}
