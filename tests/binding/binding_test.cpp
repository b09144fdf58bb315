// SPDX-License-Identifier: Apache-2.0
//
// The binding without a connection: what the templates record, and which overload a call takes.
#include <doctest/doctest.h>

#include <thread>

#include "gateway/callback/python_error.hpp"
#include "gateway/callback/remote_proxy.hpp"
#include "gateway/collections.hpp"
#include "gateway/stubs.hpp"
#include "gateway/types/dispatch.hpp"
#include "house.hpp"
#include "tests/support/messages.hpp"

namespace py4cpp::house {

using test::contains;
using test::message_of;

namespace {

/// A registry over the house, to call by name.
struct House {
  House() {
    bind(registry);
    registry.freeze();
  }
  Value call(std::string_view class_name, std::string_view method, std::vector<Value> arguments) {
    auto result = detail::call_static(registry, context, class_name, method, std::move(arguments));
    if (auto* missing = std::get_if<detail::NoSuchMember>(&result)) return Value(missing->text);
    return std::get<detail::Outcome>(result).value;
  }
  std::string signature(std::string_view class_name, const std::string& method) {
    const auto* type = registry.table().find(class_name);
    return detail::signature_text(registry, method,
                                  *type->static_methods.at(method).front().overload);
  }

  Registry registry;
  SessionState state;
  CallContext context{registry, state, nullptr};
};

Value list(std::vector<Value> values) { return std::make_shared<List>(std::move(values)); }

}  // namespace

TEST_SUITE("binding") {
  TEST_CASE("stubs say an alias is its class, and what enumerations and buffers return") {
    House house;
    const auto files = stub_files(house.registry);
    const auto& text = files.at("jvm/house/__init__.pyi");
    CHECK(contains(text, "\nHeater = _house.Thermostat\n"));
    CHECK(contains(text, "\n    Bounds = _house.Thermostat.Limits\n"));
    CHECK(contains(text, "def values() -> Sequence[_house.Mode]: ..."));
    CHECK(contains(files.at("jvm/__init__.pyi"), "    Heater: type[_house.Heater]\n"));
    CHECK(contains(files.at("jvm/java/util/__init__.pyi"), "\nLinkedHashMap = "));
  }

  TEST_CASE("a default value stands for what Python leaves out") {
    House house;
    CHECK(house.call("house.Calls", "scale", {4.0}) == Value(8.0));
    CHECK(house.call("house.Calls", "scale", {4, 3}) == Value(12.0));
    CHECK(contains(plain_text(house.call("house.Calls", "scale", {})), "does not exist"));
    CHECK(contains(plain_text(house.call("house.Calls", "scale", {1, 2, 3})), "does not exist"));
  }

  TEST_CASE("a variadic parameter takes what is left, or one list, or nothing") {
    House house;
    CHECK(house.call("house.Calls", "sum", {1, 2, 3}) == Value(6));
    CHECK(house.call("house.Calls", "sum", {list({4, 5})}) == Value(9));
    CHECK(house.call("house.Calls", "sum", {}) == Value(0));
    CHECK(house.call("house.Calls", "sum", {"a", "b"}) == Value("a+b"));
    CHECK(house.call("house.Calls", "log", {"f"}) == Value("f1"));
    CHECK(house.call("house.Calls", "log", {"f", 2}) == Value("f2"));
    CHECK(house.call("house.Calls", "log", {"f", 2, "x", "y"}) == Value("f2x,y"));
  }

  TEST_CASE("the overload that needs the least conversion wins") {
    House house;
    CHECK(house.call("house.Calls", "pick", {1}) == Value("int"));
    CHECK(house.call("house.Calls", "pick", {1.0}) == Value("double"));
    CHECK(house.call("house.Calls", "pick", {"x"}) == Value("text"));
    CHECK(house.call("house.Calls", "pick", {1, 2}) == Value("two ints"));
    CHECK(house.call("house.Calls", "pick", {std::int64_t{1} << 40}) == Value("double"));
    CHECK(house.call("house.Calls", "small", {-128}) == Value(-128));
  }

  TEST_CASE("a signature shows the names and the defaults of the parameters") {
    House house;
    CHECK(house.signature("house.Calls", "scale") == "scale(double number, double factor = 2)");
    CHECK(house.signature("house.Values", "view") == "view(java.lang.String)");
  }

  TEST_CASE("a default value that does not fit its parameter stops the registry") {
    Registry registry;
    registry.type("a.A").static_method(
        "f", [](int) {}, arg("x") = "text");
    CHECK(contains(message_of([&] { registry.freeze(); }),
                   "a.A.f: the default value of x is no int"));
  }

  TEST_CASE("an enumeration that is not registered is named when the registry freezes") {
    Registry registry;
    registry.type("a.A").static_method("f", [](std::vector<Mode>) {});
    CHECK(contains(message_of([&] { registry.freeze(); }),
                   "a.A.f takes a py4cpp::house::Mode, which is not registered"));
  }

  TEST_CASE("constants of an enumeration are equal by value and are one key of a map") {
    Map map;
    map.put(detail::to_value(Mode::heat), 1);
    map.put(detail::to_value(Mode::heat), 2);
    CHECK(map.size() == 1);
    CHECK(detail::to_value(Mode::heat) != detail::to_value(Mode::cool));
  }

  TEST_CASE("threads that put equal objects into one set leave one of each") {
    House house;
    constexpr int threads_count = 4, coins = 50;
    const auto set = std::make_shared<Set>();
    std::vector<std::thread> threads;
    for (int i = 0; i < threads_count; ++i)
      threads.emplace_back([&] {
        SessionState state;
        CallContext context(house.registry, state, nullptr);
        for (int cents = 0; cents < coins; ++cents)
          house.registry.call(context, set, "add", {std::make_shared<Coin>(cents)});
      });
    for (auto& thread : threads) thread.join();
    CHECK(set->size() == coins);
  }

  TEST_CASE("an object removed from a map is not found by what equals it") {
    House house;
    const auto map = std::make_shared<Map>();
    const auto one = std::make_shared<Coin>(1);
    map->put(one, "one");
    const auto get = [&] {
      return house.registry.call(house.context, map, "get", {std::make_shared<Coin>(1)});
    };
    CHECK(get() == Value("one"));
    CHECK(map->remove(one) == Value("one"));
    CHECK(get().is_null());
    map->put(one, "again");
    CHECK(get() == Value("again"));
    map->clear();
    CHECK(get().is_null());
  }

  TEST_CASE("a constant has one name, and a name one constant") {
    Registry registry;
    auto modes = registry.enumeration<Mode>("a.Mode").value("OFF", Mode::off);
    CHECK(contains(message_of([&] { modes.value("OFF", Mode::heat); }), "has a constant OFF"));
    CHECK_NOTHROW(registry.enumeration<Mode>("a.Mode"));
  }

  TEST_CASE("one of several C++ functions is named by its parameters") {
    struct Robot {
      int move(int) { return 1; }
      int move(double) const { return 2; }
    };
    static_assert(std::same_as<decltype(overload<int>(&Robot::move)), int (Robot::*)(int)>);
    Registry registry;
    registry.type<Robot>("a.Robot").method("move", overload<double>(&Robot::move));
    registry.freeze();
    SessionState state;
    CallContext context(registry, state, nullptr);
    CHECK(registry.call(context, std::make_shared<Robot>(), "move", {1.5}) == Value(2));
  }

  TEST_CASE("a moved-from proxy says that it cannot be called") {
    Proxy proxy(std::make_shared<RemoteProxy>("p0", std::vector<std::string>(),
                                              std::weak_ptr<ProxyCaller>()));
    CHECK(contains(message_of([&] { proxy.call<int>("f"); }), "its gateway has stopped"));
    const Proxy other = std::move(proxy);
    CHECK(contains(message_of([&] { proxy.call<int>("f"); }), "moved from"));
    CHECK(contains(message_of([&] { proxy.interfaces(); }), "moved from"));
  }

  TEST_CASE("the stubs of a registry have a file for each package and name its members") {
    const House house;
    const auto files = stub_files(house.registry);
    REQUIRE(files.contains("jvm/__init__.pyi"));
    REQUIRE(files.contains("jvm/house/__init__.pyi"));
    REQUIRE(files.contains("jvm/java/util/__init__.pyi"));
    CHECK(contains(files.at("jvm/__init__.pyi"), "class Jvm"));
    const std::string& text = files.at("jvm/house/__init__.pyi");
    for (const auto* line :
         {"def setTarget(self, celsius: float, /) -> None:", "HEAT: ClassVar[_house.Mode]",
          "def log(form: str, level: int = 1, /, *words: str) -> str: ...", "\"\"\"At most 35"})
      CHECK(contains(text, line));
  }

  TEST_CASE("a traceback is told apart into class, message and text") {
    const auto error = python_error(
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\n"
        "KeyError: 'inner'\n\nDuring handling of the above exception, another exception occurred:"
        "\n\nTraceback (most recent call last):\n  File \"a.py\", line 3, in f\n    h()\n"
        "my.module.Trouble: first line\nsecond: line\n");
    CHECK(error.type() == "my.module.Trouble");
    CHECK(error.message() == "first line\nsecond: line");
    CHECK(std::string(error.what()) == "my.module.Trouble: first line\nsecond: line");
    CHECK(contains(error.traceback(), "KeyError"));
  }

  TEST_CASE("an exception without a message has a class only; other text has none") {
    const auto bare = python_error(
        "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyboardInterrupt\n");
    CHECK(bare.type() == "KeyboardInterrupt");
    CHECK(bare.message().empty());
    const auto text = python_error("Object ID unknown");
    CHECK(text.type().empty());
    CHECK(text.message() == "Object ID unknown");
  }
}

}  // namespace py4cpp::house
