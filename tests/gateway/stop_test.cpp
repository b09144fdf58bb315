// SPDX-License-Identifier: Apache-2.0
//
// The end of a gateway: what it waits for, and who may not ask for it.
#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "house.hpp"

namespace py4cpp::test {

namespace {

bool is_refusal(std::string_view text) {
  return text.find("stop it from another thread") != std::string_view::npos;
}

/// Whether stop(), called from another thread, is still waiting after a good while.
template <class T>
bool still_waits(const std::future<T>& stopped) {
  return stopped.wait_for(std::chrono::milliseconds(200)) == std::future_status::timeout;
}

}  // namespace

TEST_SUITE("stop") {
  TEST_CASE("stopping waits for a running call and closes everything") {
    House house;
    Client busy(*house.gateway), idle(*house.gateway);
    Client silent(connect_loopback(house.gateway->port()));
    CHECK(busy.ask("c\nz:test.Square\nunit\ne\n") == "!yro0");
    busy.send("c\nt\npass\ne\n");
    house.gate->wait_until_reached();
    auto stopped = std::async(std::launch::async, [&] { house.gateway->stop(); });
    CHECK_FALSE(idle.line());
    CHECK_FALSE(silent.line());
    house.gate->open();
    stopped.get();
    CHECK(house.gateway->connection_count() == 0);
    CHECK(house.gateway->object_count() == 0);
    CHECK_THROWS_AS(connect_loopback(house.gateway->port()), Disconnected);
    house.gateway->stop();
  }

  TEST_CASE("stopping ends a call to Python that nobody answers") {
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.pinned = false;
    options.callback_port = local_port(listener);
    House house(options);
    const Proxy python = house.gateway->python_entry_point();
    auto result = std::async(std::launch::async, [&] { return python.call("wait"); });
    Client server(accept_connection(listener));
    for (int i = 0; i < 3; ++i) server.line();
    server.send("!yv\n");
    for (int i = 0; i < 4; ++i) server.line();
    house.gateway->stop();
    CHECK_THROWS_AS(result.get(), Disconnected);
    CHECK_THROWS_AS(python.call("late"), Disconnected);
  }

  TEST_CASE("stopping waits for a function that Python calls within a call from C++") {
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.authenticate = false;
    options.callback_port = local_port(listener);
    House house(options);
    const Proxy python = house.gateway->python_entry_point();
    auto result = std::async(std::launch::async, [&] { return python.call("outer"); });
    Client server(accept_connection(listener));
    for (const auto* expected : {"c", "t", "outer", "e"}) CHECK(server.line() == expected);
    server.send("c\nt\npass\ne\n");
    house.gate->wait_until_reached();
    const auto stopped = std::async(std::launch::async, [&] { house.gateway->stop(); });
    CHECK_FALSE(server.line());
    CHECK(still_waits(stopped));
    house.gate->open();
    stopped.wait();
    CHECK_THROWS_AS(result.get(), Disconnected);
  }

  TEST_CASE("stopping waits for a function that Python calls while it lets go of an object") {
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.authenticate = false;
    options.callback_port = local_port(listener);
    options.release_ms_max = std::chrono::hours(1);
    House house(options);
    Client client(*house.gateway);
    CHECK(client.ask("c\nt\npass\nfp0;test.Op\ne\n").starts_with("!x"));  // Dropped at once.
    auto released = std::async(std::launch::async, [&] { house.gateway->release_proxies(); });
    Client server(accept_connection(listener));
    for (const auto* expected : {"g", "p0", "e"}) CHECK(server.line() == expected);
    REQUIRE(is_refusal(server.ask("c\nt\nstop\ne\n")));
    server.send("c\nt\npass\ne\n");
    house.gate->wait_until_reached();
    const auto stopped = std::async(std::launch::async, [&] { house.gateway->stop(); });
    CHECK_FALSE(server.line());
    CHECK(still_waits(stopped));
    house.gate->open();
    stopped.wait();
    CHECK_NOTHROW(released.get());
    CHECK_NOTHROW(house.gateway->release_proxies());
  }

  TEST_CASE("stopping waits until what was passed to Python is let go of") {
    struct Guarded : Shape {
      explicit Guarded(std::shared_ptr<Gate> gate_in) : gate(std::move(gate_in)) {}
      ~Guarded() override { gate->pass(); }
      std::shared_ptr<Gate> gate;
    };
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.authenticate = false;
    options.callback_port = local_port(listener);
    House house(options);
    const Proxy python = house.gateway->python_entry_point();
    std::vector<Value> passed;
    passed.emplace_back(std::shared_ptr<Shape>(std::make_shared<Guarded>(house.gate)));
    auto result =
        std::async(std::launch::async, [&] { return python.call("take", std::move(passed)); });
    Client server(accept_connection(listener));
    for (const auto* expected : {"c", "t", "take", "ro0", "e"}) CHECK(server.line() == expected);
    const auto stopped = std::async(std::launch::async, [&] { house.gateway->stop(); });
    house.gate->wait_until_reached();
    CHECK(still_waits(stopped));
    house.gate->open();
    stopped.wait();
    CHECK_THROWS_AS(result.get(), Disconnected);
  }

  TEST_CASE("a gateway that has stopped can be stopped and destroyed on a newer thread") {
    House house;
    house.gateway->stop();
    const auto stop = [&] { CHECK_NOTHROW(house.gateway->stop()); };
    const auto stop_twice = [&] {  // On threads that get the ids of the gateway's own two.
      stop();
      std::thread(stop).join();
    };
    std::thread(stop_twice).join();
    std::thread([&] { house.gateway.reset(); }).join();
  }

  TEST_CASE("a thread that serves a call is told that it cannot stop the gateway") {
    GatewayOptions options;
    const Fd listener = listen_loopback();
    options.authenticate = false;
    options.callback_port = local_port(listener);
    House house(options);
    CHECK(is_refusal(Client(*house.gateway).ask("c\nt\nstop\ne\n")));
    const Proxy python = house.gateway->python_entry_point();
    auto result = std::async(std::launch::async, [&] { return python.call("outer"); });
    Client server(accept_connection(listener));
    for (int i = 0; i < 4; ++i) server.line();
    CHECK(is_refusal(server.ask("c\nt\nstop\ne\n")));
    server.send("!yv\n");
    CHECK(result.get().is_null());
  }

  TEST_CASE("a log that wants to stop the gateway is told that it cannot") {
    std::promise<std::string> by_control_thread, by_housekeeper;
    std::optional<House> house;
    const auto try_to_stop = [&](std::promise<std::string>& told) {
      try {
        house->gateway->stop();
      } catch (const std::exception& error) {
        told.set_value(error.what());
      }
    };
    GatewayOptions options;
    options.orphans_ms_max = std::chrono::milliseconds(1);
    options.log = [&](LogLevel, std::string_view, std::string_view text) {
      if (text.starts_with("a connection was refused")) try_to_stop(by_control_thread);
      if (text.starts_with("forgot 1 objects")) try_to_stop(by_housekeeper);
    };
    house.emplace(options);
    Client(connect_loopback(house->gateway->port())).ask("A\nwrong\n");
    CHECK(is_refusal(by_control_thread.get_future().get()));
    CHECK(Client(*house->gateway).ask("c\nz:test.Square\nunit\ne\n") == "!yro0");
    CHECK(is_refusal(by_housekeeper.get_future().get()));
  }
}

}  // namespace py4cpp::test
