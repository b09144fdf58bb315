// SPDX-License-Identifier: Apache-2.0
//
// What an object is to Python: itself, a part of another one, a copy or one that is const. Without
// a connection.
#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "gateway/bulk.hpp"
#include "gateway/collections.hpp"
#include "gateway/types/dispatch.hpp"
#include "gateway/types/type_table.hpp"
#include "tests/support/messages.hpp"

namespace py4cpp {

using test::contains;
using test::message_of;

namespace {

struct Engine {
  int power() const { return power_; }
  void tune(int power) { power_ = power; }
  Engine& itself() & { return *this; }
  const Engine& itself_const() const& noexcept { return *this; }

  int power_ = 1;
};

struct Wheel {
  Wheel() = default;
  Wheel(const Wheel&) = delete;
  Wheel& operator=(const Wheel&) = delete;
  int size = 3;
};

struct Plate {
  virtual ~Plate() = default;
  virtual std::string text() const { return "plain"; }
};
struct Gilded : Plate {
  std::string text() const override { return "gilded"; }
};

struct Vehicle {
  Engine& engine() { return engine_; }
  Plate& plate() { return gilded_; }
  Vehicle& vehicle() { return *this; }

  Engine engine_;
  const Engine spare{};
  Wheel wheel;
  const Wheel fixed{};
  Plate plain_;
  Gilded gilded_;
  int starts_ = 0;
};
struct Car : Vehicle {
  Car& car() { return *this; }
};

/// Calls and fields by name, as Python has them.
class Garage {
 public:
  Garage() {
    registry_.type<Engine>("garage.Engine")
        .method("power", &Engine::power)
        .method("tune", &Engine::tune)
        .method("itself", &Engine::itself)
        .method("itselfConst", &Engine::itself_const)
        .method("boost", [](const std::shared_ptr<Engine>& self) { self->power_ *= 2; })
        .method("peek", [](const std::shared_ptr<const Engine>& self) { return self->power_; });
    registry_.type<Wheel>("garage.Wheel").field("size", &Wheel::size);
    registry_.type<Plate>("garage.Plate").method("text", &Plate::text);
    registry_.type<Vehicle>("garage.Vehicle")
        .method("engine", &Vehicle::engine)
        .method("plate", &Vehicle::plate)
        .method("plain", [](Vehicle& self) -> Plate& { return self.plain_; })
        .method("vehicle", &Vehicle::vehicle)
        .field("engine", &Vehicle::engine_)
        .field("spare", &Vehicle::spare)
        .field("wheel", &Vehicle::wheel)
        .field("fixed", &Vehicle::fixed)
        .field("starts", [](Vehicle& self) { return ++self.starts_; })
        .field("starts so far", [](const Vehicle& self) { return self.starts_; })
        .method("take", [](Vehicle& self, Engine& engine) { self.engine_ = engine; })
        .method("keep", [](Vehicle&, const std::shared_ptr<Engine>&) {})
        .method("look", [](Vehicle&, const Engine& engine) { return engine.power_; })
        .method("hold", [](Vehicle&, std::shared_ptr<const Engine> engine) { return engine; });
    registry_.type<Car>("garage.Car").base<Vehicle>().method("car", &Car::car);
    registry_.freeze();
  }

  Value call(const Value& object, std::string_view method, std::vector<Value> arguments = {}) {
    return registry_.call(context_, object, method, std::move(arguments));
  }
  const detail::Field& field_of(const char* name) const {
    return *registry_.table().find("garage.Vehicle")->fields.at(name).field;
  }
  Value field(const Value& object, const char* name) {
    const auto target = registry_.table().resolve(*object.get_if<Object>());
    detail::Invocation invocation{context_, object, target->pointer, {}};
    return detail::read_field(field_of(name), invocation, name);
  }
  std::string refusal(const Value& object, std::string_view method, std::vector<Value> arguments) {
    return message_of([&] { call(object, method, std::move(arguments)); });
  }

 private:
  Registry registry_;
  SessionState state_;
  CallContext context_{registry_, state_, nullptr};
};

}  // namespace

TEST_SUITE("binding objects") {
  TEST_CASE("a reference to the first member is the member, and not the object at its address") {
    Garage garage;
    const Value vehicle = std::make_shared<Vehicle>();
    const Value engine = garage.call(vehicle, "engine");
    REQUIRE(engine.object<Engine>());
    garage.call(engine, "tune", {5});
    CHECK(garage.call(engine, "power") == Value(5));
  }

  TEST_CASE("a reference to the object itself is the object, also by its base") {
    Garage garage;
    const Value car = std::make_shared<Car>();
    CHECK(garage.call(car, "car") == car);
    CHECK(garage.call(car, "vehicle") == car);
    const Value engine = std::make_shared<Engine>();
    CHECK(garage.call(engine, "itself") == engine);
    CHECK(garage.call(engine, "itselfConst") == engine);
  }

  TEST_CASE("an object and its first member at the same address are two keys of a map") {
    const auto whole = std::make_shared<Vehicle>();
    const Value vehicle = whole;
    const Value engine = std::shared_ptr<Engine>(whole, &whole->engine_);
    CHECK_FALSE(vehicle == engine);
    Map map;
    map.put(vehicle, 1);
    map.put(engine, 2);
    CHECK(map.size() == 2);
  }

  TEST_CASE("a reference to a derived object is no result as its base, which is all of a copy") {
    Garage garage;
    const Value vehicle = std::make_shared<Vehicle>();
    CHECK(garage.call(garage.call(vehicle, "plain"), "text") == Value("plain"));
    const auto text = message_of([&] { garage.call(vehicle, "plate"); });
    CHECK_MESSAGE(contains(text, "Gilded as its base"), text);
    CHECK(contains(text, "return a shared_ptr"));
  }

  TEST_CASE("what changes an object is refused for one that C++ gave as const") {
    Garage garage;
    const Value engine = std::make_shared<const Engine>();
    CHECK(garage.call(engine, "power") == Value(1));
    CHECK(garage.call(engine, "peek") == Value(1));
    const auto text = garage.refusal(engine, "tune", {5});
    CHECK_MESSAGE(text == "tune changes its object, and C++ gave this garage.Engine as const",
                  text);
    CHECK(contains(garage.refusal(engine, "boost", {}), "boost changes its object"));
    CHECK(garage.call(engine, "power") == Value(1));
  }

  TEST_CASE("a field whose function may change the object is refused likewise") {
    Garage garage;
    const Value vehicle = std::make_shared<Vehicle>();
    CHECK(garage.field(vehicle, "starts") == Value(1));
    const Value sealed = std::make_shared<const Vehicle>();
    const auto text = message_of([&] { garage.field(sealed, "starts"); });
    CHECK_MESSAGE(contains(text, "starts changes its object, and C++ gave this garage.Vehicle"),
                  text);
    CHECK(garage.field(sealed, "starts so far") == Value(0));
  }

  TEST_CASE("an object that is const is an argument where C++ does not change it") {
    Garage garage;
    const Value vehicle = std::make_shared<Vehicle>();
    const Value engine = std::make_shared<const Engine>();
    CHECK(garage.call(vehicle, "look", {engine}) == Value(1));
    CHECK(garage.call(vehicle, "hold", {engine}) == engine);
    for (const auto* method : {"take", "keep"})
      CHECK(contains(garage.refusal(vehicle, method, {engine}), "([const class garage.Engine])"));
  }

  TEST_CASE("a member is lent as it is: const ones, and those of a const object, as const") {
    Garage garage;
    const Value vehicle = std::make_shared<Vehicle>();
    garage.call(garage.field(vehicle, "engine"), "tune", {7});
    CHECK(garage.call(garage.field(vehicle, "engine"), "power") == Value(7));
    CHECK(contains(garage.refusal(garage.field(vehicle, "spare"), "tune", {7}), "as const"));
    const Value sealed = std::make_shared<const Vehicle>();
    CHECK(contains(garage.refusal(garage.field(sealed, "engine"), "tune", {7}), "as const"));
  }

  TEST_CASE("a member that cannot be copied is a field that Python cannot replace") {
    Garage garage;
    const Value vehicle = std::make_shared<Vehicle>();
    CHECK(garage.field(vehicle, "wheel").object<Wheel>()->size == 3);
    CHECK(garage.field(vehicle, "fixed").get_if<Object>()->is_const());
    CHECK_FALSE(garage.field_of("wheel").set);
    CHECK_FALSE(garage.field_of("fixed").set);
    CHECK_FALSE(garage.field_of("spare").set);
    CHECK(garage.field_of("engine").set);
  }

  TEST_CASE("a chain that was kept throws once the registry is frozen") {
    Registry registry;
    const auto engine = registry.type<Engine>("garage.Engine").method("power", &Engine::power);
    enum class Gear { first, second };
    const auto gear = registry.enumeration<Gear>("garage.Gear").value("FIRST", Gear::first);
    registry.freeze();
    CHECK_THROWS_AS(engine.method("power", &Engine::power), Error);
    CHECK_THROWS_AS(engine.field("power", &Engine::power_), Error);
    CHECK_THROWS_AS(engine.doc("text"), Error);
    CHECK_THROWS_AS(gear.value("SECOND", Gear::second), Error);
    CHECK_THROWS_WITH_AS(gear.doc("text"),
                         "the registry is frozen: bind everything before the gateway starts",
                         Error);
  }

  TEST_CASE("two parameters of a name are refused, and one with the name of the object") {
    Registry registry;
    registry.type<Engine>("garage.Engine")
        .method(
            "race", [](Engine&, int, int) {}, arg("x"), arg("x"))
        .method(
            "stop", [](Engine&, int) {}, arg("self"))
        .static_method(
            "make", [](int) {}, arg("self"));
    const auto text = message_of([&] { registry.freeze(); });
    CHECK(contains(text, "garage.Engine.race has more than one parameter called x"));
    CHECK(contains(text, "garage.Engine.stop has more than one parameter called self, which is"));
    CHECK_FALSE(contains(text, "make"));
  }
}

}  // namespace py4cpp
