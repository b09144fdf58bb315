// SPDX-License-Identifier: Apache-2.0
//
// Clients and callback servers that know the token and break the rules within a conversation: each
// loses its own connection at most, and the gateway can still be stopped.
#include <doctest/doctest.h>

#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "house.hpp"
#include "tests/support/messages.hpp"

namespace py4cpp::test {

namespace {

constexpr std::string_view unit_call = "c\nz:test.Square\nunit\ne\n";

/// A client within a callback: C++ has called its object p0 and waits for the answer.
Client called_back(const House& house) {
  Client client(*house.gateway);
  CHECK(client.ask(unit_call) == "!yro0");
  client.send("c\no0\nask\nfp0;test.Op\ne\n");
  for (const auto* expected : {"c", "p0", "answer", "i1", "sa", "e"})
    CHECK(client.line() == expected);
  return client;
}

/// A gateway that calls a callback server, which is a script of its own.
struct Caller {
  explicit Caller(GatewayOptions options = {})
      : house([&] {
          options.pinned = options.authenticate = false;
          options.callback_port = local_port(listener);
          return std::move(options);
        }()) {}

  /// What a call comes to when the server answers it so.
  void call(std::string_view answer) {
    std::thread server([&] {
      Client connection(accept_connection(listener));
      for (int lines = 0; lines < 4; ++lines) connection.line();
      connection.send(answer);
      connection.line();  // Until the gateway hangs up.
    });
    try {
      const Proxy python = house.gateway->python_entry_point();
      outcome = plain_text(python.call("call"));
    } catch (const std::exception& error) {
      outcome = error.what();
    }
    house.gateway->stop();
    server.join();
  }

  Fd listener = listen_loopback();
  House house;
  std::string outcome;
};

}  // namespace

TEST_SUITE("hostile") {
  TEST_CASE("a client that reads no answers holds up neither the others nor the end") {
    House house;
    Client deaf(*house.gateway);
    deaf.send("a\nc\nsbyte\ni10000000\ne\n");  // More than the buffers of a socket hold.
    CHECK(Client(*house.gateway).ask(unit_call).starts_with("!yro"));
    house.gateway->stop();
  }

  TEST_CASE("an answer without its mark is taken for a command, which nobody knows") {
    House house;
    Client client = called_back(house);
    CHECK(client.ask("yi7\n") == "!zsUnknown command received: yi7");
    CHECK_FALSE(client.line());
  }

  TEST_CASE("a client may shut the gateway down while C++ waits for its answer") {
    std::promise<void> told;
    GatewayOptions options;
    options.on_shutdown = [&] { told.set_value(); };
    House house(options);
    Client client = called_back(house);
    client.send("s\n");
    CHECK_FALSE(client.line());
    told.get_future().get();
  }

  TEST_CASE("an object that is deleted while its method runs lives until the method returns") {
    House house;
    Client client = called_back(house);
    CHECK(client.ask("m\nd\no0\ne\n") == "!yv");
    CHECK(client.ask("m\nd\no0\ne\n") == "!yv");
    CHECK(client.ask("!yi7\n") == "!yi7");
    CHECK(client.ask("c\no0\narea\ne\n").starts_with("!xs"));
  }

  TEST_CASE("cancelling a connection that nobody has ends only who asked for it") {
    House house;
    Client other(*house.gateway);
    for (const auto* ports : {"1\n2\n", "\n\n", "x\ny\n", "-1\n99999999\n", "0\n0\n"}) {
      Client client(*house.gateway);
      client.send(std::string("z\n127.0.0.1\n") + ports);
      CHECK_FALSE(client.line());
    }
    CHECK(other.ask(unit_call) == "!yro0");
  }

  TEST_CASE("a callback server that breaks the rules costs that call, not the gateway") {
    const auto outcome_of = [](std::string_view answer) {
      GatewayOptions options;
      options.command_bytes_max = 10'000;
      Caller caller(options);
      caller.call(answer);
      return caller.outcome;
    };
    CHECK(outcome_of("!yi7\n") == "7");
    CHECK(outcome_of("!yq\n").find("cannot be read") != std::string::npos);
    CHECK(outcome_of("!yro99\n").find("o99 is unknown") != std::string::npos);
    CHECK(outcome_of("c\nt\nx\ne\n").find("sent a command") != std::string::npos);
    CHECK(outcome_of("!ys" + std::string(20'000, 'x')).find("bytes") != std::string::npos);
  }

  TEST_CASE("an id that Python's callback server does not know costs the connection") {
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.pinned = options.authenticate = false;
    options.callback_port = local_port(listener);
    House house(options);
    auto result = std::async(std::launch::async,
                             [&] { return house.gateway->python_entry_point().call("call"); });
    Client server(accept_connection(listener));
    for (int lines = 0; lines < 4; ++lines) server.line();
    server.send("!xsObject ID unknown\n");
    CHECK_FALSE(server.line());  // While the gateway goes on.
    CHECK(contains(message_of([&] { result.get(); }), "Object ID unknown"));
  }

  TEST_CASE("stopping ends a release that nobody answers") {
    Caller caller;
    Client client(*caller.house.gateway);
    CHECK(client.ask(unit_call) == "!yro0");
    CHECK(client.ask("c\no0\nrest\nfp1;test.Op\ne\n").starts_with("!x"));  // Dropped at once.
    auto released =
        std::async(std::launch::async, [&] { caller.house.gateway->release_proxies(); });
    Client server(accept_connection(caller.listener));
    for (const auto* expected : {"g", "p1", "e"}) CHECK(server.line() == expected);
    caller.house.gateway->stop();
    CHECK_NOTHROW(released.get());
  }
}

}  // namespace py4cpp::test
