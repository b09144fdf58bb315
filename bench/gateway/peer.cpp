// SPDX-License-Identifier: Apache-2.0
//
// The gateway that the benchmark measures: a few small classes whose functions do next to nothing,
// so that what is left is the gateway itself. The null server and the JVM's peer offer the same.
//
//   gateway_peer PORT CALLBACK_PORT [pinned] [--token TOKEN]
//
// Port 0 takes a free one; the port is the first line of its output. It ends when a client asks it
// to. It also takes the command line that py4j's launch_gateway() gives to `java`.
#include <malloc.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/gateway.hpp"
#include "gateway/server_main.hpp"
#include "gateway/stream.hpp"

namespace {

using namespace py4cpp;

class Peer {
 public:
  int field = 42;

  static int inc(int number) { return number + 1; }
  std::string greet(std::string text) const { return text; }
  double half(double number) const { return number / 2; }
  Bytes echo(Bytes bytes) const { return bytes; }
  int size(std::span<const std::byte> bytes) const { return static_cast<int>(bytes.size()); }
  Bytes blob(int size) const { return Bytes(static_cast<std::size_t>(size)); }
  Stream stream(int size) const { return Stream::of(blob(size)); }
  std::vector<int> numbers(int count) const {
    std::vector<int> result(static_cast<std::size_t>(count));
    std::iota(result.begin(), result.end(), 0);
    return result;
  }

  Value call_back(const Proxy& op, const std::string& text) const {
    return op.call("apply", {text});
  }
  int call_back_many(const Proxy& op, int count) const {
    for (int i = 0; i < count; ++i) op.call("apply", {"hello"});
    return count;
  }
};

struct Point {
  explicit Point(int x_in) : x(x_in) {}
  int x;
};

void bind(Registry& registry) {
  registry.interface("bench.Op");
  registry.type<Point>("bench.Point").constructor<int>().field("x", &Point::x);
  registry.type<Peer>("bench.Peer")
      .constructor<>()
      .field("field", &Peer::field)
      .static_method("inc", &Peer::inc)
      .method("greet", &Peer::greet)
      .method("half", &Peer::half)
      .method("echo", &Peer::echo)
      .method("size", &Peer::size)
      .method("blob", &Peer::blob)
      .method("stream", &Peer::stream)
      .method("numbers", &Peer::numbers)
      .method("callBack", &Peer::call_back)
      .method("callBackMany", &Peer::call_back_many);
}

std::optional<std::uint16_t> port_of(std::string_view word) {
  std::uint16_t port = 0;
  const auto end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data(), end, port);
  if (word.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return port;
}

/// Nothing when a word is missing or not understood.
std::optional<GatewayOptions> options_from(const std::vector<std::string_view>& words) {
  if (words.size() < 2) return std::nullopt;
  const auto port = port_of(words[0]), callback_port = port_of(words[1]);
  if (!port || !callback_port) return std::nullopt;
  GatewayOptions options;
  options.port = *port;
  options.callback_port = *callback_port;
  options.authenticate = false;
  options.pinned = false;
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (words[i] == "pinned") {
      options.pinned = true;
    } else if (words[i] == "--token" && i + 1 < words.size()) {
      options.token = words[++i];
      options.authenticate = true;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int count, char** words) {
  // Each connection is a thread; that each keeps a heap of its own takes memory and saves no time.
  ::mallopt(M_ARENA_MAX, 2);
  const std::vector<std::string_view> arguments(words + 1, words + count);
  Registry registry;
  bind(registry);
  const Value entry_point = std::make_shared<Peer>();
  if (std::find(arguments.begin(), arguments.end(), "py4j.GatewayServer") != arguments.end())
    return run_server_main(count, words, registry, {.entry_point = entry_point});
  auto options = options_from(arguments);
  if (!options) {
    std::cerr << "usage: gateway_peer PORT CALLBACK_PORT [pinned] [--token TOKEN]\n";
    return 2;
  }
  options->entry_point = entry_point;
  try {
    Gateway gateway(registry, std::move(*options));
    std::cout << gateway.port() << std::endl;
    gateway.wait_for_shutdown();
    gateway.stop();
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
