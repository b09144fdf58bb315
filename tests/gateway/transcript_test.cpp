// SPDX-License-Identifier: Apache-2.0
//
// Conversations between a real py4j client and a real JVM, as tests/reference/record_transcripts.py
// recorded them: we answer the same bytes, and the session ends well wherever the connection is
// cut.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <vector>

#include "fixture.hpp"
#include "gateway/collections.hpp"

namespace py4cpp::test {

namespace {

/// The Java class of the recordings.
struct House : Counted {
  explicit House(std::string name_in = "house") : name(std::move(name_in)) {}
  std::string greet(const std::string& visitor) const {
    return "Hello " + visitor + " from " + name;
  }
  void fail(const std::string& text) const {
    throw NamedError("java.lang.IllegalStateException", text);
  }

  std::int32_t rooms = 3;
  std::int64_t stones = std::int64_t{1} << 40;
  std::string name;
};

void bind_house(Registry& registry) {
  registry.type<House>("reference.House")
      .constructor<>()
      .constructor<std::string>()
      .field("rooms", &House::rooms)
      .field("stones", &House::stones)
      .field("name", &House::name)
      .static_field("LIMIT", 100)
      .static_method("twice", [](int number) { return 2 * number; })
      .method("greet", &House::greet)
      .method("echo", [](House&, const Value& value) { return value; })
      .method("half", [](House&, double number) { return number / 2; })
      .method("small", [](House&) { return 1.5F; })
      .method("letter", [](House&) { return 'x'; })
      .method("invert", [](House&, bool flag) { return !flag; })
      .method("rest", [](House&) {})
      .method("nothing", [](House&) { return Value(); })
      .method("self", [](std::shared_ptr<House> self) { return self; })
      .method("pick", [](House&, std::int32_t) { return "int"; })
      .method("pick", [](House&, std::int64_t) { return "long"; })
      .method("pick", [](House&, const std::string&) { return "String"; })
      .method("pick", [](House&, const Value&) { return "Object"; })
      .method("price", [](House&) { return Decimal{"12.50"}; })
      .method("list",
              [](House&) {
                return std::vector<std::string>{"a", "b", "c"};
              })
      .method("map",
              [](House&) {
                return std::map<std::string, int>{{"key", 7}};
              })
      .method("set", [](House&) { return std::set<int>{5}; })
      .method("array",
              [](House&) {
                return Array<int>{{1, 2, 3}};
              })
      .method("fail", &House::fail)
      .method("ask", [](House&, const Proxy& op, Value value) {
        return op.call("apply", {std::move(value)});
      });
  registry.type("reference.House$Room").static_field("NAME", "room");
  registry.interface("reference.House$Op");
}

std::string unescaped_line(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    const char c = text[++i];
    bytes += c == 'n' ? '\n' : c == 'r' ? '\r' : c;
  }
  return bytes;
}

Script read_script(const std::filesystem::path& path) {
  std::ifstream file(path);
  Script script;
  for (std::string line; std::getline(file, line);) {
    const std::string bytes = unescaped_line(std::string_view(line).substr(2));
    if (line.front() == '>')
      script.send(bytes);
    else if (bytes.ends_with("*\n"))
      script.expect_start(bytes.substr(0, bytes.size() - 2));
    else
      script.expect(bytes);
  }
  return script;
}

Conversation conversation_of_house() {
  GatewayOptions options;
  options.token = "secret";
  options.object_id_nonce = "";
  return Conversation(options, &bind_house, [] { return Value(std::make_shared<House>()); });
}

}  // namespace

TEST_SUITE("transcripts") {
  TEST_CASE("what a JVM answered to a real client, we answer as well") {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TRANSCRIPT_FOLDER)) {
      INFO(entry.path().filename().string());
      Conversation conversation = conversation_of_house();
      conversation.play(read_script(entry.path()));
      ++count;
    }
    CHECK(count >= 9);
  }

  TEST_CASE("wherever a recorded connection is cut, the session ends and leaves nothing unknown") {
    for (const auto& entry : std::filesystem::directory_iterator(TRANSCRIPT_FOLDER)) {
      INFO(entry.path().filename().string());
      Conversation conversation = conversation_of_house();
      conversation.play_cut_at_every_step(read_script(entry.path()));
    }
    CHECK(Counted::alive == 0);
  }
}

}  // namespace py4cpp::test
