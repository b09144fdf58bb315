// SPDX-License-Identifier: Apache-2.0
//
// A running gateway with plain sockets on the other side: many connections at once, connections
// that never speak, the callback server, and what proxies do at the end.
#include "gateway/gateway.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/log_levels.hpp"
#include "gateway/collections.hpp"
#include "house.hpp"
#include "tests/support/messages.hpp"

namespace py4cpp::test {

TEST_SUITE("gateway") {
  TEST_CASE("without a token given, a random one is made") {
    House first, second;
    CHECK(first.gateway->token().size() == 64);
    CHECK(first.gateway->token() != second.gateway->token());
    CHECK(Client(*first.gateway).ask("c\nz:test.Square\nunit\ne\n") == "!yro0");
    Client stranger(connect_loopback(first.gateway->port()));
    CHECK(stranger.ask("A\n" + second.gateway->token() + "\n") ==
          "!xsAuthentication error: bad auth token received.");
    CHECK_FALSE(stranger.line());
  }

  TEST_CASE("many connections call at once and share one table of objects") {
    House house;
    std::vector<std::thread> threads;
    std::atomic<int> right = 0;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        Client client(*house.gateway);
        for (int i = 0; i < 50; ++i) {
          const std::string answer = client.ask("i\ntest.Square\ni" + std::to_string(i) + "\ne\n");
          const std::string id = answer.substr(3);
          const auto area = client.ask("c\n" + id + "\narea\ne\n");
          if (area == "!yd" + std::to_string(i * i) + ".0") ++right;
          client.ask("m\nd\n" + id + "\ne\n");
        }
      });
    for (auto& thread : threads) thread.join();
    CHECK(right == 400);
    CHECK(house.gateway->object_count() == 0);
  }

  TEST_CASE("state of a session that takes its time to end holds up nobody else") {
    House house;
    std::optional<Client> first(*house.gateway);
    CHECK(first->ask("c\nt\nlinger\ne\n") == "!yv");
    first.reset();
    house.gate->wait_until_reached();
    CHECK(Client(*house.gateway).ask("c\nz:test.Square\nunit\ne\n") == "!yro0");
    house.gate->open();
  }

  TEST_CASE("a port in use is an error that says which and what to do") {
    House house;
    std::string text;
    try {
      GatewayOptions options;
      options.port = house.gateway->port();
      House second(options);
    } catch (const Error& error) {
      text = error.what();
    }
    CHECK(text.find("127.0.0.1:" + std::to_string(house.gateway->port())) != std::string::npos);
    CHECK(text.find("choose another port") != std::string::npos);
  }

  TEST_CASE("an address that is none is an error") {
    GatewayOptions options;
    options.address = "no address";
    CHECK_THROWS_AS(House{options}, Error);
  }

  TEST_CASE("a connection that never speaks is closed after its time") {
    GatewayOptions options;
    options.authentication_ms_max = std::chrono::milliseconds(50);
    House house(options);
    Client patient(*house.gateway);
    Client silent(connect_loopback(house.gateway->port()));
    CHECK_FALSE(silent.line());
    CHECK(patient.ask("c\nz:test.Square\nunit\ne\n") == "!yro0");
  }

  TEST_CASE("the shutdown command closes all connections and tells the embedder once") {
    std::promise<void> told;
    std::optional<House> house;
    std::optional<Client> other;
    GatewayOptions options;
    options.on_shutdown = [&] {
      CHECK_THROWS_AS(connect_loopback(house->gateway->port()), Disconnected);
      CHECK_FALSE(other->line());
      told.set_value();
    };
    house.emplace(options);
    other.emplace(*house->gateway);
    Client last(*house->gateway);
    last.send("s\n");
    CHECK_FALSE(last.line());
    told.get_future().get();
    house->gateway->stop();
  }

  TEST_CASE("an unpinned gateway calls the callback server, keeps the connection, and dials anew") {
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.pinned = false;
    options.callback_port = local_port(listener);
    House house(options);
    const Proxy python = house.gateway->python_entry_point();

    auto result = std::async(std::launch::async, [&] { return python.call("first", {1}); });
    std::optional<Client> server(accept_connection(listener));
    CHECK(server->line() == "A");
    CHECK(server->line() == house.gateway->token());
    CHECK(server->line() == "e");
    server->send("!yv\n");
    for (const auto* expected : {"c", "t", "first", "i1", "e"}) CHECK(server->line() == expected);
    server->send("!yi7\n");
    CHECK(result.get() == Value(7));

    result = std::async(std::launch::async, [&] { return python.call("second"); });
    for (const auto* expected : {"c", "t", "second", "e"}) CHECK(server->line() == expected);
    server->send("!ysdone\n");
    CHECK(result.get() == Value("done"));

    server.reset();  // Python closes the idle connection.
    result = std::async(std::launch::async, [&] { return python.call("third"); });
    server.emplace(accept_connection(listener));
    for (int i = 0; i < 3; ++i) server->line();
    server->send("!yv\n");
    for (const auto* expected : {"c", "t", "third", "e"}) CHECK(server->line() == expected);
    server.reset();  // The request was sent, so it must not be repeated.
    CHECK_THROWS_AS(result.get(), Disconnected);
  }

  TEST_CASE("a connection to the callback server that is idle for too long is closed, each time") {
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.pinned = false;
    options.authenticate = false;
    options.callback_port = local_port(listener);
    options.callback_idle_ms_max = std::chrono::milliseconds(50);
    House house(options);
    const Proxy python = house.gateway->python_entry_point();
    for (int i = 0; i < 3; ++i) {
      auto result = std::async(std::launch::async, [&] { return python.call("again"); });
      Client server(accept_connection(listener));
      for (const auto* expected : {"c", "t", "again", "e"}) CHECK(server.line() == expected);
      server.send("!yi7\n");
      CHECK(result.get() == Value(7));
      CHECK_FALSE(server.line());
    }
  }

  TEST_CASE("the log says which part speaks: the server, a client's connection or one to Python") {
    const Fd listener = listen_loopback();
    std::mutex mutex;
    std::vector<std::string> lines;
    GatewayOptions options;
    options.pinned = false;
    options.authenticate = false;
    options.callback_port = local_port(listener);
    options.log = filtered(
        [&](LogLevel, std::string_view component, std::string_view text) {
          const std::lock_guard lock(mutex);
          lines.push_back(std::string(component) + ": " + std::string(text));
        },
        LogLevels::parse("info,GatewayConnection=debug,CallbackConnection=debug"));
    const std::string from_python = " to port " + std::to_string(options.callback_port);
    House house(options);
    const std::string port = std::to_string(house.gateway->port());
    Fd socket = connect_loopback(house.gateway->port());
    const std::string from_client = " from port " + std::to_string(local_port(socket));
    Client client(std::move(socket));
    CHECK(client.ask("c\nz:test.Square\nunit\ne\n") == "!yro0");
    const Proxy python = house.gateway->python_entry_point();
    auto result = std::async(std::launch::async, [&] { return python.call("again"); });
    std::optional<Client> server(accept_connection(listener));
    for (const auto* expected : {"c", "t", "again", "e"}) CHECK(server->line() == expected);
    server.reset();
    CHECK_THROWS_AS(result.get(), Disconnected);
    house.gateway->stop();
    CHECK(lines == std::vector<std::string>{
                       "GatewayServer: listens on 127.0.0.1:" + port,
                       "GatewayConnection: connection 1" + from_client + " started",
                       "CallbackConnection: connection 2" + from_python + " started",
                       "CallbackConnection: connection 2" + from_python +
                           " failed: Python closed the connection while C++ called again",
                       "CallbackConnection: connection 2" + from_python + " stopped",
                       "GatewayServer: accepts no connections any more",
                       "GatewayConnection: connection 1" + from_client + " stopped",
                   });
  }

  TEST_CASE("a callback server that does not answer to the token, or not whole, is given up") {
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.pinned = false;
    options.callback_port = local_port(listener);
    options.callback_connect_ms_max = std::chrono::milliseconds(50);
    House house(options);
    for (const auto* answer : {"", "!", "!y"}) {
      auto result = std::async(std::launch::async,
                               [&] { return house.gateway->python_entry_point().call("never"); });
      Client server(accept_connection(listener));
      server.send(answer);
      CHECK(contains(message_of([&] { result.get(); }), "did not answer to our token in time"));
    }
  }

  TEST_CASE("a callback server gets one short line to answer to the token") {
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.pinned = false;
    options.callback_port = local_port(listener);
    House house(options);
    auto result = std::async(std::launch::async,
                             [&] { return house.gateway->python_entry_point().call("never"); });
    Client server(accept_connection(listener));
    server.send(std::string(5'000, '!'));
    CHECK(contains(message_of([&] { result.get(); }), "more bytes than the limit allows"));
  }

  TEST_CASE("the toString of an element is called as part of the call that wants the list's text") {
    struct Element {};
    Registry registry;
    registry.type<Element>("test.Element")
        .method("toString", [](const Element&, CallContext& context) {
          return std::to_string(context.gateway().port());
        });
    GatewayOptions options;
    options.authenticate = false;
    options.entry_point =
        std::make_shared<List>(std::vector<Value>{1, std::make_shared<Element>()});
    Gateway gateway(registry, options);
    CHECK(Client(gateway).ask("c\nt\ntoString\ne\n") ==
          "!ys[1, " + std::to_string(gateway.port()) + "]");
  }

  TEST_CASE("proxies are counted until their last copy goes") {
    House house;
    const auto held = [&] { return house.gateway->metrics().proxies; };
    std::optional<Proxy> python = house.gateway->python_entry_point();
    std::optional<Proxy> copy = python;
    CHECK(held() == 1);
    python.reset();
    CHECK(held() == 1);
    copy.reset();
    CHECK(held() == 0);
  }

  TEST_CASE("what a gateway was given ends with it, on its thread, while others call its proxies") {
    struct Given final : GatewayListener {
      ~Given() override { CHECK(std::this_thread::get_id() == owner); }
      const std::thread::id owner = std::this_thread::get_id();
    };
    for (int round = 0; round < 50; ++round) {
      auto given = std::make_shared<Given>();
      const std::weak_ptr<Given> is_left = given;
      GatewayOptions options;
      options.callback_port = 1;  // Where nobody listens.
      options.entry_point = given;
      options.custom_commands["ask"] = [given](CallContext&, auto) { return Value(); };
      options.listeners = {std::move(given)};
      Registry registry;
      std::promise<void> calling;
      std::atomic<bool> is_over = false;
      std::thread caller;
      {
        Gateway gateway(registry, std::exchange(options, {}));
        caller = std::thread([&, python = gateway.python_entry_point()] {
          calling.set_value();
          while (!is_over) CHECK_THROWS_AS(python.call("late"), Disconnected);
        });
        calling.get_future().get();
      }
      CHECK(is_left.expired());
      is_over = true;
      caller.join();
    }
  }

  TEST_CASE("proxies outlive their gateway harmlessly") {
    std::optional<Proxy> python;
    {
      House house;
      python = house.gateway->python_entry_point();
    }
    CHECK_THROWS_AS(python->call("late"), Disconnected);
  }
}

}  // namespace py4cpp::test
