// SPDX-License-Identifier: Apache-2.0
//
// Mistakes in bindings. Each case must stop the compiler with exactly the one sentence that its
// comment begins; check_mistakes.py compiles this file and looks.
#include <chrono>
#include <exception>
#include <filesystem>

#include "gateway/registry.hpp"

namespace {

using namespace py4cpp;

struct Robot {
  explicit Robot(int) {}
  int speed = 0;
  void drive(double, double) {}
  void stop() {}
};
struct Stranger {
  int field = 0;
  void work() {}
};
struct Abstract {
  virtual ~Abstract() = default;
  virtual void run() = 0;
};
struct HalfWrapper : Abstract {
  explicit HalfWrapper(Proxy) {}
};
struct NoWrapper {
  explicit NoWrapper(Proxy) {}
};
struct Silent {
  void operator()(auto) const {}
};
union Either {
  int number;
  float real;
};
struct Celsius {};

}  // namespace

template <>
struct py4cpp::convert<Celsius> : py4cpp::convert<double> {
  static Celsius from_value(const Value&, const Registry&) { return {}; }
};

void mistakes(Registry& registry, Type<Robot> robot, Type<Abstract> abstract, Type<void> nothing,
              const Proxy& python) {
  // cannot read the function's parameters
  robot.method("a", [](Robot&, auto) {});
  // cannot read the function's parameters
  robot.static_method("a", Silent());
  // a method's lambda takes the object first: T&
  robot.method("a", [](int) {});
  // a method's lambda takes the object first; bind a function without one
  robot.method("a", [] {});
  // the member function belongs to a class that is no base
  robot.method("a", &Stranger::work);
  // a member function cannot be static
  robot.static_method("a", &Robot::stop);
  // a class without a C++ type has no methods
  nothing.method("a", [](Robot&) {});
  // a parameter is a raw pointer
  robot.static_method("a", [](Robot*) {});
  // a parameter is a unique_ptr
  robot.static_method("a", [](std::unique_ptr<Robot>) {});
  // a parameter is a non-const reference to a plain value
  robot.static_method("a", [](std::string&) {});
  // a parameter is an rvalue reference to a bound object
  robot.static_method("a", [](Robot&&) {});
  // a parameter's standard type, or what it holds, has no converter here
  robot.static_method("a", [](std::chrono::seconds) {});
  // a parameter's standard type, or what it holds, has no converter here
  robot.static_method("a", [](const std::vector<Robot*>&) {});
  // a parameter's type has no py4cpp::convert<T>
  robot.static_method("a", [](Either) {});
  // a parameter is a raw pointer
  robot.static_method("a", [] { return std::function<void(Stranger*)>(); });
  // the result of a call to Python is a value; leave out the reference
  python.call<const std::string&>("a");
  // the result of a call to Python owns what it shows
  python.call<std::string_view>("a");
  // the result of a call to Python owns what it shows
  python.call<std::span<const std::byte>>("a");
  // the result of a call to Python owns what it shows
  robot.static_method("a", [](const std::function<std::string_view(int)>&) {});
  // CallContext& has to be the first parameter
  robot.static_method("a", [](int, CallContext&) {});
  // Varargs has to be the last parameter
  robot.static_method("a", [](Varargs<int>, double) {});
  // a function returns a raw pointer
  robot.static_method("a", []() -> Robot* { return nullptr; });
  // a result's standard type, or what it holds, has no converter here
  robot.static_method("a", [] { return std::filesystem::path(); });
  // a result's type has no py4cpp::convert<T>
  robot.static_method("a", [] { return Either(); });
  // give one arg(...) for each parameter
  robot.method("a", &Robot::drive, arg("x"));
  // a parameter without a default follows one that has one
  robot.method("a", &Robot::drive, arg("x") = 1.0, arg("y"));
  // only arg(...), doc(...) and variadic() may follow a function
  robot.method("a", &Robot::stop, "a text");
  // variadic() needs a std::vector as the last parameter
  robot.method("a", &Robot::drive, variadic());
  // the type has no constructor that takes these parameters
  robot.constructor<std::string>();
  // an abstract class has no constructors
  abstract.constructor<>();
  // the field belongs to a class that is no base
  robot.field("a", &Stranger::field);
  // a field's setter takes the object and the new value
  robot.field(
      "a", [](Robot&) { return 1; }, [](Robot&) {});
  // operators() needs an operator ==, <, or <<
  robot.operators();
  // base<B>() needs a public base class of the type
  robot.base<Stranger>();
  // only a class can be bound as a type
  registry.type<int>("a.A");
  // the type has a convert<T> and crosses by value already
  registry.type<Celsius>("a.A");
  // enumeration<E>() needs an enum or enum class
  registry.enumeration<Robot>("a.A");
  // the interface's wrapper has to derive from the interface
  registry.interface<Abstract, NoWrapper>("a.A");
  // the interface's wrapper needs a constructor that takes a py4cpp::Proxy
  registry.interface<Abstract, HalfWrapper>("a.A");
  // callback<R(A...)>() needs the type of a function
  registry.callback<int>("a.A", "a");
  // translate needs a function that returns a NamedError
  registry.translate<std::exception>([](const std::exception&) { return 1; });
  // missing needs a function that returns a NamedError
  registry.missing("a", [](const std::string&, const std::string&) { return 1; });
}
