// SPDX-License-Identifier: Apache-2.0
#include "house.hpp"

#include <algorithm>
#include <limits>

#include "gateway/convert_chrono.hpp"
#include "gateway/convert_path.hpp"
#include "gateway/convert_tuple.hpp"
#include "gateway/convert_variant.hpp"

namespace py4cpp::house {

namespace {

using namespace std::chrono_literals;

/// Functions on nothing but their arguments.
struct Echo {};

struct Functions {
  std::function<int(int)> kept;
};

std::string join(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

int sum_of(const std::vector<int>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0);
}

void bind_calls(Registry& registry) {
  registry.type<Echo>("house.Calls")
      .static_method(
          "scale", [](double number, double factor) { return number * factor; }, arg("number"),
          arg("factor") = 2, doc("Multiplies.\nOnce."))
      .static_method("sum", [](const Varargs<int>& numbers) { return sum_of(numbers.values); })
      .static_method("sum",
                     [](const Varargs<std::string>& words) { return join(words.values, "+"); })
      .static_method(
          "log",
          [](const std::string& form, int level, const std::vector<std::string>& words) {
            return form + std::to_string(level) + join(words, ",");
          },
          arg("form"), arg("level") = 1, arg("words") = std::vector<std::string>(), variadic())
      .static_method("pick", [](int) { return "int"; })
      .static_method("pick", [](double) { return "double"; })
      .static_method("pick", [](const std::string&) { return "text"; })
      .static_method("pick", [](int, int) { return "two ints"; })
      .static_method("small", [](std::int8_t number) { return number; })
      .static_method("apply", [](const std::function<int(int)>& f, int x) { return f ? f(x) : -1; })
      .static_method("apply_elsewhere",
                     [](const std::function<int(int)>& f, int x) {
                       int result = 0;
                       std::exception_ptr error;
                       std::thread([&] {
                         try {
                           result = f(x);
                         } catch (...) {
                           error = std::current_exception();
                         }
                       }).join();
                       if (error) std::rethrow_exception(error);
                       return result;
                     })
      .static_method("order",
                     [](std::vector<int> values, const std::function<int(int, int)>& compare) {
                       std::sort(values.begin(), values.end(),
                                 [&](int a, int b) { return compare(a, b) < 0; });
                       return values;
                     })
      .static_method("error_of",
                     [](const std::function<void()>& f) -> std::vector<std::string> {
                       try {
                         f();
                       } catch (const PythonError& error) {
                         return {error.type(), error.message(),
                                 error.traceback().substr(0, error.traceback().find('\n'))};
                       }
                       return {};
                     })
      .static_method("typed", [](const Proxy& python) {
        return python.call<std::string>("name") +
               std::to_string(python.call<Point>("at", 1, Mode::heat).x);
      });
}

/// Functions that Python gets, one of each kind.
void bind_functions(Registry& registry) {
  using std::function;
  registry.type<Functions>("house.Functions")
      .constructor<>()
      .field("kept", &Functions::kept)
      .static_method("adder",
                     [](int n) -> function<int(int)> { return [n](int x) { return n + x; }; })
      .static_method("owner",
                     [](std::shared_ptr<Point> point) -> function<int()> {
                       return [point] { return point->x; };
                     })
      .static_method("setter",
                     [](std::shared_ptr<Point> point) -> function<void(int)> {
                       return [point](int x) { point->x = x; };
                     })
      .static_method("mover",
                     [](std::shared_ptr<Point> point) -> function<void(int, int)> {
                       return [point](int x, int y) { point->x = x, point->y = y; };
                     })
      .static_method(
          "failing",
          []() -> function<void()> { return [] { throw std::domain_error("no such room"); }; })
      .static_method("even",
                     []() -> function<bool(int)> { return [](int x) { return x % 2 == 0; }; })
      .static_method(
          "less", []() -> function<bool(int, int)> { return [](int a, int b) { return a < b; }; })
      .static_method("lengths",
                     []() -> function<std::size_t(const std::vector<int>&, const std::string&)> {
                       return [](const auto& values, const auto& text) {
                         return values.size() + text.size();
                       };
                     })
      .static_method("sum3",
                     []() -> function<double(double, double, double)> {
                       return [](double a, double b, double c) { return a + b + c; };
                     })
      .static_method("nothing", [] { return function<int()>(); })
      .static_method("twice", [](const function<int(int)>& f, int x) { return f(f(x)); })
      .static_method("compose",
                     [](function<int(int)> f, function<int(int)> g) -> function<int(int)> {
                       return [f = std::move(f), g = std::move(g)](int x) { return f(g(x)); };
                     });
}

void bind_values(Registry& registry) {
  registry.type("house.Values")
      .static_method(
          "pair",
          [](std::pair<int, std::string> pair) { return std::pair(pair.second, pair.first + 1); })
      .static_method("tuple", [](std::tuple<int, double, bool> tuple) { return tuple; })
      .static_method("array", [](std::array<int, 3> array) { return array; })
      .static_method("maybe", [](std::optional<int> maybe) { return maybe; })
      .static_method("variant",
                     [](std::variant<std::monostate, int, std::string> variant) {
                       return "alternative " + std::to_string(variant.index());
                     })
      .static_method("back", [](std::variant<int, std::string, Point> variant) { return variant; })
      .static_method("wait", [](std::chrono::milliseconds time) { return time * 2; })
      .static_method("ticks", [](std::chrono::milliseconds time) { return time.count(); })
      .static_method("later",
                     [](std::chrono::system_clock::time_point point) { return point + 1s; })
      .static_method("parent", [](const std::filesystem::path& path) { return path.parent_path(); })
      .static_method(
          "bytes",
          [](std::span<const std::byte> bytes) { return Bytes(bytes.rbegin(), bytes.rend()); })
      .static_method("view", [](std::string_view text) { return text.substr(1); })
      .static_method("map", [](std::map<std::string, std::vector<int>> map) { return map; })
      .static_method("set", [](std::set<int> set) { return set; })
      .static_method("purse",
                     [] {
                       return std::vector<std::shared_ptr<Coin>>{std::make_shared<Coin>(1),
                                                                 std::make_shared<Coin>(2)};
                     })
      .static_method("known",
                     [] {  // Keys that C++ puts in.
                       auto map = std::make_shared<Map>();
                       for (const int cents : {1, 2, 5})
                         map->put(std::make_shared<Coin>(cents), cents);
                       return map;
                     })
      .static_method("points", [](const std::vector<Point>& points) { return points.size(); })
      .static_method("sorted",
                     [](const std::map<std::string, int, std::less<>>& map) {
                       std::set<int, std::greater<>> numbers;
                       for (const auto& [name, number] : map) numbers.insert(number);
                       return numbers;
                     })
      .static_method("greatest",
                     [](std::uint64_t number) {
                       return std::max(number, std::numeric_limits<std::uint64_t>::max() - 1);
                     })
      .static_method("any", [](const Value& value) { return value; })
      .static_method("text", [](bool is_known) { return is_known ? "known" : nullptr; })
      .static_method("nothing", [](std::tuple<>) {})
      .static_method("unique", [] { return std::make_unique<Point>(1, 2); })
      .static_method("shared", [](std::shared_ptr<const Point> point) { return point; })
      .static_method("hot", [](Fahrenheit temperature) { return temperature.degrees > 100; })
      .static_method("modes", [](std::map<std::string, Mode> modes) { return modes; })
      .static_method("next", [](Mode mode) { return mode == Mode::off ? Mode::heat : Mode::cool; })
      .static_method("unnamed", [] { return Mode(99); })
      .static_method("fail", [](const std::string& what) { throw std::domain_error(what); })
      .static_method("alive", [] { return Counted::alive.load(); });
}

/// What C++ may do and Python's types cannot say, or say otherwise.
struct Plain {
  std::string kind() const { return "plain"; }
  int size = 1;
};
struct Fancy : Plain {
  int kind() const { return 2; }
  std::string size = "large";
};
struct Bright {
  std::string glow(int) const { return "bright"; }
};
struct Dark {
  int glow(const std::string&) const { return 0; }
};
struct Dim : Bright, Dark {};
struct Watcher : Plain {
  virtual ~Watcher() = default;
  virtual std::vector<int> seen(const std::vector<int>& numbers) const { return numbers; }
};
struct PythonWatcher final : Watcher {
  explicit PythonWatcher(Proxy python_in) : python(std::move(python_in)) {}
  Proxy python;
};
struct Eye final : Watcher {};
struct Iterable {};

void bind_oddities(Registry& registry) {
  registry.type<Plain>("house.odd.Plain")
      .constructor<>()
      .method("kind", &Plain::kind)
      .field("size", &Plain::size);
  registry.type<Fancy>("house.odd.Fancy")
      .base<Plain>()
      .constructor<>()
      .method("kind", &Fancy::kind)
      .field("size", &Fancy::size);
  registry.type<Bright>("house.odd.Bright").method("glow", &Bright::glow);
  registry.type<Dark>("house.odd.Dark").method("glow", &Dark::glow);
  registry.type<Dim>("house.odd.Dim").base<Bright>().base<Dark>().constructor<>();
  registry.interface<Watcher, PythonWatcher>("house.odd.Watcher")
      .base<Plain>()
      .method("seen", &Watcher::seen);
  registry.type<Eye>("house.odd.Eye").base<Watcher>().constructor<>();
  // Names that Python's own types have as well.
  registry.type<Iterable>("house.odd.Iterable")
      .static_method("tuple", [](std::tuple<int, bool> tuple) { return tuple; })
      .static_method("property", [](const Decimal& decimal) { return decimal; })
      .static_field("Any", 1)
      .static_method("Sequence", [](const std::vector<Value>& values) { return values; });
  registry.type("house.odd.Decimal")
      .static_method("half", [](double number) { return number / 2; })
      .static_method("half", [](int number) { return std::to_string(number / 2); })
      .static_method("half", [](const Varargs<int>& numbers) { return sum_of(numbers.values) > 0; })
      .static_method("all", [](const std::vector<int>& numbers) { return numbers; });
}

}  // namespace

void bind(Registry& registry) {
  registry.enumeration<Mode>("house.Mode")
      .doc("What the heating does.")
      .value("OFF", Mode::off)
      .value("HEAT", Mode::heat, doc("Warms."))
      .value("COOL", Mode::cool);
  registry.type<Point>("house.Point")
      .constructor<>()
      .constructor<int, int>(arg("x"), arg("y") = 0)
      .field("x", &Point::x)
      .field("y", &Point::y, read_only())
      .operators();
  registry.type<Coin>("house.Coin").constructor<int>().operators();
  registry.type<Note>("house.Note")
      .constructor<int>()
      .method("equals", [](const Note& a, const Note& b) { return a.euros == b.euros; })
      .method("hashCode", [](const Note& self) { return self.euros % 2; });
  registry.type<Line>("house.Line")
      .constructor<>()
      .field("start", &Line::from)
      .field("end", &Line::to);
  registry.interface<Listener, PythonListener>("house.Listener")
      .method("changed", &Listener::changed, arg("to"))
      .method("name", &Listener::name);
  registry.type<QuietListener>("house.QuietListener")
      .base<Listener>()
      .constructor<>()
      .field("last", &QuietListener::last, read_only());
  registry.type<Device>("house.Device")
      .method("kind", &Device::kind)
      .field("room", &Device::room, doc("Where it is."))
      .field("serial", &Device::serial);
  registry.type<Thermostat>("house.Thermostat")
      .base<Device>()
      .doc("Keeps a room warm.")
      .constructor<double>(arg("celsius") = 20.0)
      .method("target", &Thermostat::target)
      .method("setTarget", &Thermostat::set_target, arg("celsius"), doc("At most 35 degrees."))
      .field("celsius", &Thermostat::target, &Thermostat::set_target)
      .field("mode", &Thermostat::mode)
      .method("add", &Thermostat::add, arg("listener"))
      .method("names", &Thermostat::names)
      .method("onChange", &Thermostat::on_change, arg("function"))
      .method("forget", &Thermostat::forget)
      .static_field("MAX", 35)
      .static_field("made", &Thermostat::made)
      .static_method("make", [](int count) {
        Thermostat::made += count;
        return Thermostat::made;
      });
  registry.type("house.Thermostat$Limits").static_field("LOWEST", 5);
  registry.alias("house.Heater", "house.Thermostat");
  registry.alias("house.Thermostat$Bounds", "house.Thermostat$Limits");
  registry.callback<int(int)>("house.Function", "compute", arg("x"));
  bind_calls(registry);
  bind_functions(registry);
  bind_values(registry);
  bind_oddities(registry);
}

}  // namespace py4cpp::house
