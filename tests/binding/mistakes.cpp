// SPDX-License-Identifier: Apache-2.0
//
// Mistakes in bindings. Each case must stop the compiler with exactly the one sentence that its
// comment begins; check_mistakes.py compiles this file and looks.
#include <chrono>
#include <exception>
#include <filesystem>

#include "gateway/convert_tuple.hpp"
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
/// One for each case: a compiler says a sentence once for each type.
template <int>
struct Engine {
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
};
struct Unordered {
  explicit Unordered(int) {}
};
class Declared;
struct Awkward {
  void turn(int) {}
  void turn(double) {}
  void watch() volatile {}
  void consume() && {}
  void print(const char*, ...) {}
  Robot&& release();
  const char* name = nullptr;
  std::unique_ptr<Robot> robot;
};
template <class T>
void any(T) {}

}  // namespace

template <>
struct py4cpp::convert<Celsius> : py4cpp::convert<double> {
  static Celsius from_value(const Value&, const Registry&) { return {}; }
};

void mistakes(Registry& registry, Type<Robot> robot, Type<Abstract> abstract, Type<void> nothing,
              Type<Awkward> awkward, const Proxy& python, const Engine<0>& engine) {
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
  // note: ChooseOneFunctionWithPy4cppOverload
  awkward.method("a", &Awkward::turn);
  // note: ChooseOneFunctionWithPy4cppOverload
  awkward.static_method("a", any);
  // cannot read the function's parameters
  awkward.method("a", &Awkward::watch);
  // cannot read the function's parameters
  awkward.method("a", &Awkward::consume);
  // cannot read the function's parameters
  awkward.method("a", &Awkward::print);
  // the lambda is mutable
  robot.method("a", [count = 0](Robot&) mutable { return ++count; });
  // a function returns an rvalue reference
  awkward.method("a", &Awkward::release);
  // a char pointer does not say who keeps its text
  robot.static_method("a", [](const char*) {});
  // a char pointer does not say who keeps its text
  awkward.field("a", &Awkward::name);
  // a parameter is a unique_ptr
  awkward.field("a", &Awkward::robot);
  // a class is only declared here
  robot.static_method("a", [](Declared&) {});
  // a class is only declared here
  robot.static_method("a", [](std::shared_ptr<Declared>) {});
  // a class is only declared here
  registry.type<Declared>("a.A");
  // an object of a class that cannot be copied is taken by value
  robot.static_method("a", [](Engine<1>) {});
  // an object of a class that cannot be copied is taken by value
  registry.callback<void(Engine<2>)>("a.A", "a");
  // an object of a class that cannot be copied is taken by value
  python.call<Engine<3>>("a");
  // a parameter holds objects of a class that cannot be copied
  robot.static_method("a", [](const std::vector<Engine<4>>&) {});
  // a parameter holds objects of a class that cannot be copied
  robot.static_method("a", [](const std::optional<Engine<5>>&) {});
  // a parameter holds objects of a class that cannot be copied
  robot.static_method("a", [](const std::array<Engine<6>, 2>&) {});
  // a parameter holds objects of a class that cannot be copied
  robot.static_method("a", [](const std::tuple<int, Engine<7>>&) {});
  // a parameter holds objects of a class that cannot be copied
  robot.static_method("a", [](const Varargs<Engine<8>>&) {});
  // a parameter holds objects of a class that cannot be copied
  robot.static_method("a", [](const std::function<void(Engine<9>)>&) {});
  // an object that can be neither copied nor moved is returned by value
  robot.static_method("a", [] { return Engine<10>(); });
  // an object that can be neither copied nor moved is returned by value
  robot.static_field("a", Engine<11>());
  // an object of a class that cannot be copied is given to Python by reference
  python.call<void>("a", engine);
  // the keys of a map or set have no operator <
  robot.static_method("a", [](const std::map<Unordered, int>&) {});
  // the keys of a map or set have no operator <
  robot.static_method("a", [](const std::set<Unordered>&) {});
  // the keys of a map or set have no operator <
  robot.static_method("a", [](const std::unordered_map<Unordered, int>&) {});
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
