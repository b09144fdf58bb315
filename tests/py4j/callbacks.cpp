// SPDX-License-Identifier: Apache-2.0
//
// Classes whose methods call Python objects: with numbers, bytes, every kind of result, from
// another thread, and back and forth several times.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <random>
#include <stop_token>

#include "gateway/collections.hpp"
#include "gateway/proxy.hpp"
#include "tests/py4j/classes.hpp"

namespace py4j_peer {

namespace {

using namespace py4cpp;

std::int32_t random_number() {
  thread_local std::mt19937 generator{std::random_device{}()};
  return std::uniform_int_distribution<std::int32_t>(0, 999)(generator);
}

/// Two or three random numbers and what Python makes of them.
std::vector<std::int32_t> ask_operator(const Proxy& python, bool ternary) {
  std::vector<std::int32_t> numbers{random_number(), random_number()};
  if (ternary) numbers.push_back(random_number());
  numbers.push_back(
      ternary ? python.call<std::int32_t>("doOperation", numbers[0], numbers[1], numbers[2])
              : python.call<std::int32_t>("doOperation", numbers[0], numbers[1]));
  return numbers;
}

/// Asks twice with a pause, on a thread of its own that nobody waits for.
void launch_operator(const OperatorExample&, Proxy python, std::int64_t milliseconds) {
  launch([python = std::move(python), milliseconds](const std::stop_token& asked_to_end) {
    try {
      ask_operator(python, false);
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any().wait_for(
          lock, asked_to_end, std::chrono::milliseconds(milliseconds), [] { return false; });
      if (!asked_to_end.stop_requested()) ask_operator(python, false);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
  });
}

Bytes call_bytes_operator(const OperatorExample&, const Proxy& python) {
  Bytes input;
  for (int i = 1; i <= 5; ++i) input.push_back(static_cast<std::byte>(i));
  return python.call<Bytes>("returnBytes", input);
}

void bind_operators(Registry& registry) {
  registry.type<OperatorExample>("py4j.examples.OperatorExample")
      .constructor<>()
      .constructor([](const Proxy& python) {
        ask_operator(python, false);
        return OperatorExample();
      })
      .method(
          "randomBinaryOperator",
          [](const OperatorExample&, const Proxy& python) { return ask_operator(python, false); })
      .method(
          "randomTernaryOperator",
          [](const OperatorExample&, const Proxy& python) { return ask_operator(python, true); })
      .method("callBytesOperator", &call_bytes_operator)
      .method("launchOperator", &launch_operator);
}

struct ReturnerExample : Living<ReturnerExample> {};

/// A method that passes on what `name` of the Python object returns as an R.
template <class R>
auto returner(const char* name) {
  return [name](const ReturnerExample&, const Proxy& python) { return python.call<R>(name); };
}

void bind_returners(Registry& registry) {
  registry.type<ReturnerExample>("py4j.examples.ReturnerExample")
      .constructor<>()
      .method("computeFloat", returner<float>("getFloat"))
      .method("computeChar", returner<char>("getChar"))
      .method("computeInt", returner<std::int32_t>("getInt"))
      .method("computeNull", returner<Value>("getNull"))
      .method("computeNothing", [](const ReturnerExample&, const Proxy& python) {
        python.call("doNothing");
        return 1;
      });
}

/// Passes the ball to Python, which passes it back to the next method, three times.
struct PingPong : Living<PingPong> {
  explicit PingPong(bool fails_in = false) : fails(fails_in) {}
  bool fails;
};

auto ping(const char* name) {
  return [name](std::shared_ptr<PingPong> self, const Proxy& python) {
    return python.call<std::int32_t>(name, std::move(self));
  };
}

void bind_ping_pong(Registry& registry, std::shared_ptr<LastPing> last_ping) {
  registry.type<PingPong>("py4j.examples.PingPong")
      .implements("py4j.examples.IPong")
      .constructor<>()
      .constructor<bool>()
      .method("start", ping("ping1"))
      .method("pong1", ping("ping2"))
      .method("pong2", ping("ping3"))
      .method("pong3", [last_ping = std::move(last_ping)](const PingPong& self, const Proxy& ping) {
        if (last_ping) last_ping->hold(ping);
        if (self.fails) throw NamedError("java.lang.ArithmeticException", "/ by zero");
        return 2;
      });
}

}  // namespace

void bind_callbacks(Registry& registry, std::shared_ptr<LastPing> last_ping) {
  for (const char* name :
       {"BytesOperator", "IHello", "IHelloObject", "IPing", "IPong", "IReturnConverter",
        "InterfaceA", "InterfaceB", "MultiClientServerGetThreadId", "Operator"})
    registry.interface(std::string("py4j.examples.") + name);
  bind_operators(registry);
  bind_returners(registry);
  bind_ping_pong(registry, std::move(last_ping));
  registry.type<InterfaceExample>("py4j.examples.InterfaceExample")
      .constructor<>()
      .method("test", [](const InterfaceExample&, CallContext& context, const Proxy& python) {
        const Value a = python.call("getA");
        std::printf("%s\n", context.registry().class_name(a).c_str());
      });
}

}  // namespace py4j_peer
