// SPDX-License-Identifier: Apache-2.0
//
// The classes of the binding tests: one small model of each thing that can be bound. Objects count
// themselves, so that a test sees whether every one of them is destroyed in the end.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <ostream>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/registry.hpp"

namespace py4cpp::house {

/// A base of everything below that has an identity.
class Counted {
 public:
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  Counted& operator=(const Counted&) = default;
  virtual ~Counted() { --alive; }
  static inline std::atomic<int> alive = 0;
};

enum class Mode { off, heat = 5, cool = 7 };

struct Point : Counted {
  Point() = default;
  Point(int x_in, int y_in) : x(x_in), y(y_in) {}
  friend bool operator==(const Point& a, const Point& b) { return a.x == b.x && a.y == b.y; }
  friend bool operator<(const Point& a, const Point& b) { return a.x < b.x; }
  friend std::ostream& operator<<(std::ostream& out, const Point& point) {
    return out << '(' << point.x << ", " << point.y << ')';
  }
  int x = 0;
  int y = 0;
};

/// Equal by value to all collections: through operators() and through methods bound by hand.
struct Coin : Counted {
  explicit Coin(int cents_in) : cents(cents_in) {}
  friend bool operator==(const Coin& a, const Coin& b) { return a.cents == b.cents; }
  int cents;
};
struct Note : Counted {
  explicit Note(int euros_in) : euros(euros_in) {}
  int euros;
};

struct Line : Counted {
  Point from{0, 0};
  Point to{3, 4};
};

/// What Python may implement.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void changed(double to) = 0;
  virtual std::string name() const { return "C++"; }
};

class PythonListener final : public Listener, Counted {
 public:
  explicit PythonListener(Proxy python) : python_(std::move(python)) {}
  void changed(double to) override { python_.call<void>("changed", to); }
  std::string name() const override { return python_.call<std::string>("name"); }

 private:
  const Proxy python_;
};

class QuietListener final : public Listener, Counted {
 public:
  void changed(double to) override { last = to; }
  double last = 0;
};

class Device : public Counted {
 public:
  virtual std::string kind() const { return "device"; }
  std::string room = "hall";
  const int serial = 42;
};

class Thermostat final : public Device {
 public:
  explicit Thermostat(double celsius) : target_(celsius) {}

  double target() const { return target_; }
  void set_target(double celsius) {
    if (celsius > 35) throw std::out_of_range("35 degrees is the limit");
    target_ = celsius;
    for (const auto& listener : listeners_) listener->changed(celsius);
    if (on_change_) on_change_(celsius);
  }
  std::string kind() const override { return "thermostat"; }
  void add(std::shared_ptr<Listener> listener) { listeners_.push_back(std::move(listener)); }
  std::string names() const {
    std::string text;
    for (const auto& listener : listeners_) text += listener->name() + ";";
    return text;
  }
  void on_change(std::function<void(double)> function) { on_change_ = std::move(function); }
  void forget() {
    listeners_.clear();
    on_change_ = nullptr;
  }
  Mode mode = Mode::off;
  static inline int made = 0;

 private:
  double target_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::function<void(double)> on_change_;
};

/// A value type with a converter of its own.
struct Fahrenheit {
  double degrees;
};

/// Binds all of it under "house".
void bind(Registry& registry);

}  // namespace py4cpp::house

template <>
struct std::hash<py4cpp::house::Coin> {
  std::size_t operator()(const py4cpp::house::Coin& coin) const {
    return std::hash<int>()(coin.cents);
  }
};

template <>
struct py4cpp::convert<py4cpp::house::Fahrenheit> {
  static std::string java_name() { return "double"; }
  static Cost cost(const Value& value, const Registry& registry) {
    return convert<double>::cost(value, registry);
  }
  static house::Fahrenheit from_value(const Value& value, const Registry& registry) {
    return {convert<double>::from_value(value, registry)};
  }
  static Value to_value(house::Fahrenheit temperature) { return temperature.degrees; }
};
