// SPDX-License-Identifier: Apache-2.0
//
// The gateway that the benchmark measures: a few small classes whose functions do next to nothing,
// so that what is left is the gateway itself. The null server and the JVM's peer offer the same.
//
//   gateway_peer PORT CALLBACK_PORT [pinned] [--token TOKEN]
//
// Port 0 takes a free one; the port is the first line of its output. It ends when a client asks it
// to. It also takes the command line that py4j's launch_gateway() gives to `java`, prints the port
// and, when asked for one, a token, and then also ends with its standard input.
#include <poll.h>
#include <unistd.h>

#include <charconv>
#include <iostream>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "gateway/gateway.hpp"
#include "gateway/stream.hpp"

namespace {

using namespace py4cpp;

class Peer {
 public:
  int field = 42;

  static int inc(int number) { return number + 1; }
  std::string greet(const std::string& text) const { return text; }
  Bytes echo(Bytes bytes) const { return bytes; }
  int size(const Bytes& bytes) const { return static_cast<int>(bytes.size()); }
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
      .method("echo", &Peer::echo)
      .method("size", &Peer::size)
      .method("blob", &Peer::blob)
      .method("stream", &Peer::stream)
      .method("numbers", &Peer::numbers)
      .method("callBack", &Peer::call_back)
      .method("callBackMany", &Peer::call_back_many);
}

struct Arguments {
  GatewayOptions options;
  bool is_launched = false;  // By launch_gateway().
  bool prints_token = false;
};

std::optional<std::uint16_t> port_of(std::string_view word) {
  std::uint16_t port = 0;
  const auto end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data(), end, port);
  if (word.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return port;
}

/// Nothing when a word is missing or not understood.
std::optional<Arguments> read(const std::vector<std::string_view>& words) {
  Arguments result;
  auto& options = result.options;
  options.entry_point = std::make_shared<Peer>();
  options.authenticate = false;
  options.pinned = false;
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "-classpath") {
      ++i;
    } else if (word == "py4j.GatewayServer") {
      result.is_launched = true;
    } else if (word == "--enable-auth") {
      result.prints_token = options.authenticate = true;
    } else if (word == "--token" && i + 1 < words.size()) {
      options.token = words[++i];
      options.authenticate = true;
    } else if (word == "pinned") {
      options.pinned = true;
    } else if (const auto port = port_of(word)) {
      ports.push_back(*port);
    } else if (!word.starts_with('-')) {
      return std::nullopt;
    }
  }
  if (ports.size() != (result.is_launched ? 1 : 2)) return std::nullopt;
  options.port = ports[0];
  if (ports.size() > 1) options.callback_port = ports[1];
  return result;
}

/// Waits for a byte or the end on `shutdown`, or for the end of the standard input.
void wait_for_end(int shutdown, bool watches_input) {
  pollfd sources[] = {{shutdown, POLLIN, 0}, {watches_input ? STDIN_FILENO : -1, POLLIN, 0}};
  for (;;) {
    if (::poll(sources, std::size(sources), -1) < 0) continue;
    char ignored = 0;
    if (sources[0].revents != 0) return;
    if (sources[1].revents != 0 && ::read(STDIN_FILENO, &ignored, 1) <= 0) return;
  }
}

}  // namespace

int main(int count, char** words) {
  auto arguments = read({words + 1, words + count});
  if (!arguments) {
    std::cerr << "usage: gateway_peer PORT CALLBACK_PORT [pinned] [--token TOKEN]\n";
    return 2;
  }
  int ends[2];
  if (::pipe(ends) != 0) return 1;
  const Fd shutdown(ends[0]), asked(ends[1]);
  arguments->options.on_shutdown = [&] {
    if (::write(asked.get(), "s", 1) != 1) std::cerr << "cannot ask for the end\n";
  };
  Registry registry;
  bind(registry);
  try {
    Gateway gateway(registry, std::move(arguments->options));
    std::cout << gateway.port() << std::endl;
    if (arguments->prints_token) std::cout << gateway.token() << std::endl;
    wait_for_end(shutdown.get(), arguments->is_launched);
    gateway.stop();
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
