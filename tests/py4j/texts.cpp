// SPDX-License-Identifier: Apache-2.0
//
// Text and bytes unit by unit, and what is found under nested names: enums and inner classes.
#include <string>
#include <utility>

#include "gateway/collections.hpp"
#include "tests/py4j/classes.hpp"

namespace py4j_peer {

namespace {

using namespace py4cpp;

struct UTFExample : Living<UTFExample> {};

/// One UTF-16 unit for each character of UTF-8 text, two for those outside the basic plane.
Array<std::int32_t> utf16_units(const UTFExample&, const std::string& text) {
  Array<std::int32_t> units;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::int32_t point = length == 1 ? lead : lead & (0x7F >> length);
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
      point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    i += length;
    if (point < 0x10000) {
      units.values.push_back(point);
    } else {
      units.values.push_back(0xD800 + ((point - 0x10000) >> 10));
      units.values.push_back(0xDC00 + ((point - 0x10000) & 0x3FF));
    }
  }
  return units;
}

Array<std::int32_t> unsigned_values(const UTFExample&, const Bytes& bytes) {
  Array<std::int32_t> values;
  for (const std::byte each : bytes) values.values.push_back(std::to_integer<std::int32_t>(each));
  return values;
}

Bytes fixed_bytes(const UTFExample&) {
  Bytes bytes;
  for (const int each : {0, 1, 10, 127, 255, 128}) bytes.push_back(static_cast<std::byte>(each));
  return bytes;
}

/// A constant of an enum, which is nothing but its name here.
struct Enum2 : Living<Enum2> {
  explicit Enum2(std::string name_in) : name(std::move(name_in)) {}
  std::string name;
};
struct MyEnum : Living<MyEnum> {
  explicit MyEnum(std::string name_in) : name(std::move(name_in)) {}
  std::string name;
};

}  // namespace

void bind_texts(Registry& registry) {
  // Java narrows an int to a byte by its low eight bits.
  registry.type<UTFExample>("py4j.examples.UTFExample")
      .constructor<>()
      .method("getUtfValue", &utf16_units)
      .method("getBytesValue", &unsigned_values)
      .method("getBytesValue", &fixed_bytes)
      .method("getPositiveByteValue",
              [](const UTFExample&, std::int32_t value) { return value & 0xFF; })
      .method("getJavaByteValue", [](const UTFExample&, std::int32_t value) {
        return static_cast<std::int32_t>(static_cast<std::int8_t>(value));
      });
  const auto enum2 = registry.type<Enum2>("py4j.examples.Enum2");
  enum2.method("toString", [](const Enum2& self) { return self.name; });
  for (const char* name : {"BAR", "FOO"}) enum2.static_field(name, std::make_shared<Enum2>(name));
  registry.type("py4j.examples.EnumExample");
  registry.type<MyEnum>("py4j.examples.EnumExample$MyEnum")
      .method("toString", [](const MyEnum& self) { return self.name; })
      .static_field("FOO", std::make_shared<MyEnum>("FOO"));
  registry.type("py4j.examples.EnumExample$InnerClass").static_field("MY_CONSTANT2", "HELLO2");
}

}  // namespace py4j_peer
