// SPDX-License-Identifier: Apache-2.0
//
// py4j.examples.ExampleClass: overloads, fields, arrays, decimals, a stream, and a method that is
// slow the first time. Tests list its members, so nothing more may be bound here.
#include <charconv>
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include "gateway/collections.hpp"
#include "gateway/proxy.hpp"
#include "gateway/stream.hpp"
#include "tests/py4j/classes.hpp"

namespace py4j_peer {

namespace {

using namespace py4cpp;

/// A text that grows, as the fields of ExampleClass hold.
class Text : Living<Text> {
 public:
  Text& append(const std::string& more) {
    text_ += more;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct StaticClass : Living<StaticClass> {};

class ExampleClass : Living<ExampleClass> {
 public:
  explicit ExampleClass(std::int32_t field1 = 2) : field1_(field1) {}

  std::int32_t field10 = 10;
  std::int64_t field11 = 11;
  Value field20 = std::make_shared<Text>();
  Value field21;

  std::int32_t field1() const { return field1_; }
  void set_field1(std::int32_t value) { field1_ = value; }

  std::vector<std::string> list(std::int32_t count) const {
    std::vector<std::string> texts;
    for (std::int32_t i = 0; i < count; ++i) texts.push_back(std::to_string(i));
    return texts;
  }

  /// How often it was called; only the first call takes its time.
  std::int32_t sleep_first_time_only(std::int64_t milliseconds) {
    if (++sleeps_ == 1) std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    return sleeps_;
  }

 private:
  std::int32_t field1_;
  std::int32_t sleeps_ = 0;
};

/// `digits` with the decimal point moved `scale` places to the left.
Decimal with_scale(std::int32_t digits, std::int32_t scale) {
  if (scale < 0)
    throw NamedError("java.lang.IllegalArgumentException", "a scale below zero is not offered");
  std::string text = std::to_string(digits < 0 ? -std::int64_t{digits} : std::int64_t{digits});
  const auto places = static_cast<std::size_t>(scale);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  if (places > 0) text.insert(text.size() - places, ".");
  return {digits < 0 ? "-" + text : text};
}

/// One more, for decimals whose digits fit a long.
Decimal add_one(const Decimal& number) {
  const auto point = number.text.find('.');
  std::string digits = number.text;
  const std::size_t places = point == std::string::npos ? 0 : digits.size() - point - 1;
  if (point != std::string::npos) digits.erase(point, 1);
  std::int64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  std::int64_t one = 1;
  for (std::size_t i = 0; i < places; ++i) one *= 10;
  if (parsed.ec != std::errc() || places > 9)
    throw NamedError("java.lang.NumberFormatException", number.text);
  return with_scale(static_cast<std::int32_t>(value + one), static_cast<std::int32_t>(places));
}

Stream open_stream(const ExampleClass&) {
  constexpr std::string_view text = "Lorem ipsum dolor sit amet, consectetur adipiscing elit.";
  const auto bytes = std::as_bytes(std::span(text));
  return Stream::of(Bytes(bytes.begin(), bytes.end()));
}

std::string call_hello(const ExampleClass&, const Proxy& hello) {
  return hello.call<std::string>("sayHello");
}

std::string call_hello_with_arguments(const ExampleClass&, const Proxy& hello) {
  return hello.call<std::string>("sayHello", 10, "MyMy!\n;");
}

void bind_numbered_methods(const Type<ExampleClass>& type) {
  type.method("method1", [](const ExampleClass&) { return 1; })
      .method("method2", [](const ExampleClass&, const std::optional<std::string>&) {})
      .method("method3", [](const ExampleClass&, std::int32_t, bool) { return "Hello World"; })
      .method("method4", [](const ExampleClass&, char) { return ExampleClass(1); })
      .method("method4", [](const ExampleClass&,
                            const std::optional<std::string>&) { return ExampleClass(3); })
      .method("method5", [](const ExampleClass&, const ExampleClass&) { return 2; })
      .method("method6", [](const ExampleClass&, char) { return ExampleClass(4); })
      .method("method7", [](const ExampleClass&, std::int32_t) { return 1; })
      .method("method7", [](const ExampleClass&, const std::optional<std::string>&) { return 2; })
      .method("method7", [](const ExampleClass&, const Value&) { return 3; })
      .method("method7", [](const ExampleClass&, std::int64_t) { return 4; })
      .method("method8", [](const ExampleClass&, std::int64_t number) { return number + 1; })
      .method("method9", [](const ExampleClass&, std::int64_t number) { return number + 1; })
      .method("method10", [](const ExampleClass&, std::int32_t digits,
                             std::int32_t scale) { return with_scale(digits, scale); })
      .method("method10",
              [](const ExampleClass&, const Decimal& number) { return add_one(number); })
      .method("method10", [](const ExampleClass&, std::int32_t number) { return number; })
      .method("method11", [](const ExampleClass&, std::int64_t number) { return number + 1; });
}

}  // namespace

void bind_example_class(Registry& registry) {
  registry.type<Text>("py4j.examples.Text")
      .constructor<>()
      .method("append", &Text::append)
      .method("toString", &Text::text);
  const auto type = registry.type<ExampleClass>("py4j.examples.ExampleClass");
  type.constructor<>()
      .constructor<std::int32_t>()
      .field("field10", &ExampleClass::field10)
      .field("field11", &ExampleClass::field11)
      .field("field20", &ExampleClass::field20)
      .field("field21", &ExampleClass::field21)
      .static_field("static_field", 3)
      .static_method("static_method", [] { return 0; })
      .method("getField1", &ExampleClass::field1)
      .method("setField1", &ExampleClass::set_field1)
      .method("getList", &ExampleClass::list)
      .method("getInteger", [](const ExampleClass&, std::int32_t number) { return number; })
      .method("getStringArray",
              [](const ExampleClass&) {
                return Array<std::string>{{"222", "111", "333"}};
              })
      .method("getIntArray",
              [](const ExampleClass&) {
                return Array<std::int32_t>{{2, 5, 1, 10}};
              })
      .method("callHello", &call_hello)
      .method("callHello2", &call_hello_with_arguments)
      .method("getStream", &open_stream)
      .method("getBrokenStream",
              [](const ExampleClass&) {
                throw NamedError("java.io.NotSerializableException", "there is no stream");
              })
      .method("sleepFirstTimeOnly", &ExampleClass::sleep_first_time_only);
  bind_numbered_methods(type);
  registry.type<StaticClass>("py4j.examples.ExampleClass$StaticClass").constructor<>();
  registry.type<ExampleEntryPoint>("py4j.examples.ExampleEntryPoint")
      .constructor<>()
      .method("getNewExample", [](const ExampleEntryPoint&) { return ExampleClass(); });
  registry.exception("java.io.NotSerializableException", "java.io.IOException");
}

}  // namespace py4j_peer
