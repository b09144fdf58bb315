// SPDX-License-Identifier: Apache-2.0
//
// Binding, overloads, inheritance, conversions and names.
#include <doctest/doctest.h>

#include "fixture.hpp"
#include "gateway/collections.hpp"
#include "gateway/types/dispatch.hpp"
#include "tests/support/messages.hpp"

namespace py4cpp::test {

namespace {

struct Overloads {
  std::string pick(int) { return "int"; }
};

struct Unknown {};

/// A registry in use, with one object to call.
struct Bench {
  explicit Bench(const std::function<void(Type<Overloads>)>& bind) {
    bind_test_classes(registry);
    bind(registry.type<Overloads>("test.Overloads"));
    registry.freeze();
  }
  std::string pick(std::vector<Value> arguments) {
    return plain_text(registry.call(context, target, "pick", std::move(arguments)));
  }
  Value call(std::string_view name, std::vector<Value> arguments) {
    return registry.call(context, target, name, std::move(arguments));
  }

  Registry registry;
  SessionState state;
  CallContext context{registry, state, nullptr};
  Value target = std::make_shared<Overloads>();
};

Bench like_method7() {
  return Bench([](Type<Overloads> type) {
    type.method("pick", [](Overloads&, const Value&) { return "Object"; })
        .method("pick", [](Overloads&, std::int64_t) { return "long"; })
        .method("pick", [](Overloads&, int) { return "int"; })
        .method("pick", [](Overloads&, const std::string&) { return "String"; });
  });
}

}  // namespace

TEST_SUITE("registry") {
  TEST_CASE("the exact parameter type wins over a wider one and over Object") {
    auto bench = like_method7();
    CHECK(bench.pick({1}) == "int");
    CHECK(bench.pick({std::int64_t{1} << 40}) == "long");
    CHECK(bench.pick({"x"}) == "String");
    CHECK(bench.pick({1.5}) == "Object");
    CHECK(bench.pick({true}) == "Object");
    CHECK(bench.pick({std::make_shared<Square>()}) == "Object");
  }

  TEST_CASE("null takes the deepest class") {
    Bench bench([](Type<Overloads> type) {
      type.method("pick", [](Overloads&, const Value&) { return "Object"; })
          .method("pick", [](Overloads&, std::shared_ptr<Shape>) { return "Shape"; })
          .method("pick", [](Overloads&, std::shared_ptr<Square>) { return "Square"; })
          .method("pick", [](Overloads&, int) { return "int"; });
    });
    CHECK(bench.pick({nullptr}) == "Square");
    CHECK(bench.pick({std::make_shared<Square>()}) == "Square");
    CHECK(bench.pick({std::make_shared<Shape>()}) == "Shape");
    CHECK(bench.pick({std::make_shared<Named>()}) == "Object");
  }

  TEST_CASE("null is no number and no plain text, but an empty optional") {
    Bench bench([](Type<Overloads> type) {
      type.method("text", [](Overloads&, const std::string&) { return "text"; })
          .method("number", [](Overloads&, double) { return "number"; })
          .method("maybe", [](Overloads&, std::optional<std::string> text) {
            return text.value_or("nothing");
          });
    });
    CHECK_THROWS_AS(bench.call("text", {nullptr}), NamedError);
    CHECK_THROWS_AS(bench.call("number", {nullptr}), NamedError);
    CHECK(bench.call("maybe", {nullptr}) == Value("nothing"));
    CHECK(bench.call("maybe", {"x"}) == Value("x"));
  }

  TEST_CASE("an int is accepted as a double, unless anything of Java's fits") {
    Bench bench([](Type<Overloads> type) {
      type.method("pick", [](Overloads&, double) { return "double"; })
          .method("only", [](Overloads&, double number) { return number; })
          .method("pick", [](Overloads&, const Value&) { return "Object"; });
    });
    CHECK(bench.pick({1.0}) == "double");
    CHECK(bench.pick({1}) == "Object");
    CHECK(bench.call("only", {1}) == Value(1.0));
    CHECK(bench.call("only", {std::int64_t{1} << 40}) == Value(1099511627776.0));
  }

  TEST_CASE("a number that does not fit its parameter is refused") {
    Bench bench([](Type<Overloads> type) {
      type.method("small", [](Overloads&, std::int8_t number) { return number; })
          .method("positive", [](Overloads&, unsigned number) { return number; })
          .method("wide", [](Overloads&, std::int64_t number) { return number; });
    });
    CHECK(bench.call("small", {-128}) == Value(-128));
    CHECK_THROWS_AS(bench.call("small", {128}), NamedError);
    CHECK_THROWS_AS(bench.call("positive", {-1}), NamedError);
    CHECK(bench.call("positive", {std::int64_t{4294967295}}) == Value(4294967295));
    CHECK(bench.call("wide", {1}) == Value(1));
    CHECK_THROWS_AS(bench.call("wide", {1.0}), NamedError);
  }

  TEST_CASE("equally good overloads: the one that was bound first") {
    Bench bench([](Type<Overloads> type) {
      type.method("pick", [](Overloads&, int) { return "first"; })
          .method("pick", [](Overloads&, int) { return "second"; });
    });
    CHECK(bench.pick({1}) == "first");
  }

  TEST_CASE("no fitting overload: the error names class, method, arguments and what there is") {
    auto bench = Bench([](Type<Overloads> type) { type.method("pick", &Overloads::pick); });
    const auto text = message_of([&] { bench.pick({"x", nullptr}); });
    CHECK(contains(text, "pick([class java.lang.String, null])"));
    CHECK(contains(text, "test.Overloads"));
    CHECK(contains(text, "pick(int)"));
    CHECK(contains(message_of([&] { bench.call("other", {}); }), "other([]) does not exist"));
  }

  TEST_CASE("methods and fields of a second base work on the right part of the object") {
    Bench bench([](Type<Overloads>) {});
    const Value square = std::make_shared<Square>(3);
    CHECK(bench.registry.call(bench.context, square, "area") == Value(9.0));
    CHECK(bench.registry.call(bench.context, square, "kind") == Value("shape"));
    CHECK(bench.registry.call(bench.context, square, "label") == Value("label"));
    CHECK(bench.registry.cast<Shape>(square)->area() == 9);
    CHECK_FALSE(bench.registry.cast<Square>(std::make_shared<Shape>()));
  }

  TEST_CASE("an object shows as its own class when that is registered, else as its pointer's") {
    Bench bench([](Type<Overloads>) {});
    const std::shared_ptr<Shape> square = std::make_shared<Square>(2);
    const std::shared_ptr<Shape> circle = std::make_shared<Circle>();
    CHECK(bench.registry.class_name(square) == "test.Square");
    CHECK(bench.registry.class_name(circle) == "test.Shape");
    CHECK(bench.registry.call(bench.context, square, "area") == Value(4.0));
    CHECK(bench.registry.call(bench.context, circle, "area") == Value(0.0));
  }

  TEST_CASE("a method that returns its own object returns that object") {
    Bench bench([](Type<Overloads>) {});
    const Value square = std::make_shared<Square>(2);
    const Value grown = bench.registry.call(bench.context, square, "grow", {3});
    CHECK(grown == square);
    CHECK(grown.object<Square>()->side == 5);
  }

  TEST_CASE("instances of bases, interfaces and aliases are recognised") {
    Bench bench([](Type<Overloads>) {});
    const Value square = std::make_shared<Square>();
    for (const auto* name : {"test.Square", "old.Square", "test.Shape", "test.Named",
                             "test.Drawable", "java.lang.Object"})
      CHECK_MESSAGE(bench.registry.is_instance(square, name), name);
    CHECK_FALSE(bench.registry.is_instance(square, "java.util.List"));
    CHECK_FALSE(bench.registry.is_instance(nullptr, "java.lang.Object"));
    const Value list = std::make_shared<List>();
    CHECK(bench.registry.is_instance(list, "java.lang.Iterable"));
    CHECK(bench.registry.is_instance(1, "java.lang.Number"));
    const Value error = std::make_shared<NamedError>("a.B", "text");
    CHECK(bench.registry.is_instance(error, "java.lang.Exception"));
    CHECK(bench.registry.is_instance(error, "a.B"));
    CHECK_FALSE(bench.registry.is_instance(error, "java.lang.RuntimeException"));
  }

  TEST_CASE("standard containers are copied in and out") {
    Bench bench([](Type<Overloads> type) {
      type.method("sum",
                  [](Overloads&, const std::vector<double>& numbers) {
                    double sum = 0;
                    for (const double number : numbers) sum += number;
                    return sum;
                  })
          .method("turn",
                  [](Overloads&, const std::map<std::string, int>& map) {
                    std::map<int, std::string> turned;
                    for (const auto& [key, value] : map) turned[value] = key;
                    return turned;
                  })
          .method("flags", [](Overloads&, std::vector<bool> flags) { return flags; })
          .method("shapes", [](Overloads&, std::vector<std::shared_ptr<Shape>> shapes) {
            return shapes.back()->area();
          });
    });
    const auto list = std::make_shared<List>(std::vector<Value>{1, 2.5});
    CHECK(bench.call("sum", {list}) == Value(3.5));
    list->add("x");
    CHECK_THROWS_AS(bench.call("sum", {list}), NamedError);
    const auto map = std::make_shared<Map>();
    map->put("a", 1);
    CHECK(bench.call("turn", {map}).object<Map>()->find(1) == Value("a"));
    const auto flags = std::make_shared<List>(std::vector<Value>{true, false});
    CHECK(bench.call("flags", {flags}).object<List>()->snapshot() == flags->snapshot());
    const auto shapes = std::make_shared<List>(std::vector<Value>{std::make_shared<Square>(3)});
    CHECK(bench.call("shapes", {shapes}) == Value(9.0));
  }

  TEST_CASE("state of a session is made once and shared by its calls") {
    Bench bench([](Type<Overloads> type) {
      type.method("count", [](Overloads&, CallContext& context) {
        return ++context.session_state<Square>().side;
      });
    });
    CHECK(bench.call("count", {}) == Value(2));
    CHECK(bench.call("count", {}) == Value(3));
  }

  TEST_CASE("a call without a gateway says so") {
    Bench bench([](Type<Overloads> type) {
      type.method("port", [](Overloads&, CallContext& c) { return c.gateway().port(); });
    });
    CHECK(contains(message_of([&] { bench.call("port", {}); }), "not served by a gateway"));
  }

  TEST_CASE("freezing reports every unregistered parameter, base and alias in one error") {
    Registry registry;
    registry.type<Square>("a.Square").base<Shape>().static_method("use", [](const Unknown&) {});
    registry.alias("a.Other", "a.Nothing");
    const auto text = message_of([&] { registry.freeze(); });
    CHECK(contains(text, "a.Square has the base py4cpp::test::Shape, which is not registered"));
    CHECK(contains(text, "a.Square.use takes a "));
    CHECK(contains(text, "a.Other is an alias of a.Nothing, which is not registered"));
    registry.type<Shape>("a.Shape");
    CHECK_FALSE(registry.is_frozen());
  }

  TEST_CASE("a frozen registry cannot be changed") {
    Registry registry;
    registry.freeze();
    CHECK(contains(message_of([&] { registry.type<Shape>("a.Shape"); }), "frozen"));
    CHECK_NOTHROW(registry.freeze());
  }

  TEST_CASE("one C++ type cannot have two names, nor one name two types") {
    Registry registry;
    registry.type<Shape>("a.Shape");
    CHECK_NOTHROW(registry.type<Shape>("a.Shape"));
    CHECK(contains(message_of([&] { registry.type<Shape>("b.Shape"); }), "alias"));
    CHECK(contains(message_of([&] { registry.type<Named>("a.Shape"); }), "bound to"));
  }

  TEST_CASE(
      "C++ exceptions become the Java exceptions they are translated to, the last rule first") {
    Registry registry;
    registry.translate<std::runtime_error>("a.First");
    registry.translate<std::runtime_error>("a.Last");
    registry.freeze();
    const auto& table = registry.table();
    CHECK(table.translate(std::runtime_error("x"))->text() == "a.Last: x");
    CHECK(table.translate(std::out_of_range("x"))->class_name() ==
          "java.lang.IndexOutOfBoundsException");
    CHECK(table.translate(std::bad_alloc())->class_name() == "java.lang.OutOfMemoryError");
    CHECK(table.translate(std::domain_error("x"))->class_name() == "java.lang.RuntimeException");
  }

  TEST_CASE("an error's stack text begins with its class and lists its causes") {
    const auto inner = std::make_shared<NamedError>("a.Inner", "deep");
    const NamedError outer("a.Outer", "", std::make_shared<NamedError>("a.Middle", "m", inner));
    CHECK(outer.text() == "a.Outer");
    CHECK(outer.stack_text() == "a.Outer\nCaused by: a.Middle: m\nCaused by: a.Inner: deep");
  }

  TEST_CASE("an object needs a pointer, and null is no object") {
    CHECK(Value(std::shared_ptr<Square>()).is_null());
    CHECK_THROWS_AS(Object::of(std::shared_ptr<Square>()), Error);
  }

  TEST_CASE("equal numbers are one key, whatever their width") {
    Map map;
    map.put(1, "int");
    map.put(std::int64_t{1}, "long");
    map.put(1.0, "double");
    CHECK(map.size() == 2);
    CHECK(map.find(1) == Value("long"));
  }
}

}  // namespace py4cpp::test
