// SPDX-License-Identifier: Apache-2.0
//
// Options that cannot work are told so at the start, and those that mean "for ever" do.
#include <doctest/doctest.h>

#include <future>
#include <string>

#include "gateway/control/complete_options.hpp"
#include "house.hpp"
#include "tests/support/messages.hpp"

namespace py4cpp::test {

namespace {

constexpr std::string_view unit_call = "c\nz:test.Square\nunit\ne\n";

GatewayOptions with_token(std::string token) {
  GatewayOptions options;
  options.token = std::move(token);
  return options;
}

GatewayOptions with_nonce(std::string nonce) {
  GatewayOptions options;
  options.object_id_nonce = std::move(nonce);
  return options;
}

}  // namespace

TEST_SUITE("options") {
  TEST_CASE("times without end let clients in, and never end them") {
    constexpr auto for_ever = std::chrono::milliseconds::max();
    GatewayOptions options;
    options.orphans_ms_max = options.authentication_ms_max = options.read_ms_max =
        options.callback_connect_ms_max = options.callback_listen_ms_max =
            options.callback_read_ms_max = options.callback_idle_ms_max = options.release_ms_max =
                for_ever;
    const Fd listener = listen_loopback();
    options.callback_port = local_port(listener);
    for (const bool is_pinned : {true, false}) {
      options.pinned = is_pinned;
      House house(options);
      CHECK(Client(*house.gateway).ask(unit_call) == "!yro0");
      auto result = std::async(std::launch::async,
                               [&] { return house.gateway->python_entry_point().call("ask"); });
      Client server(accept_connection(listener));
      for (int i = 0; i < 3; ++i) server.line();
      server.send("!yv\n");
      for (int i = 0; i < 4; ++i) server.line();
      server.send("!yi7\n");
      CHECK(result.get() == Value(7));
    }
  }

  TEST_CASE("a negative time is refused by its name") {
    GatewayOptions options;
    options.read_ms_max = std::chrono::milliseconds(-1);
    CHECK(contains(message_of([&] { House{options}; }), "read_ms_max is negative (-1 ms)"));
    options.read_ms_max = {};
    options.spin_us_max = std::chrono::microseconds(-2);
    CHECK(contains(message_of([&] { House{options}; }), "spin_us_max is negative (-2 us)"));
    options.spin_us_max = std::chrono::hours(1);
    CHECK(complete_options(options).spin_us_max == spin_time_max);
  }

  TEST_CASE("a nonce of ids that is no number is refused") {
    const auto refusal = message_of([] { complete_options(with_nonce("12a")); });
    CHECK(contains(refusal, "digits only, not \"12a\""));
    CHECK(complete_options(with_nonce("0012")).object_id_nonce == "0012");
  }

  TEST_CASE("the longest token lets its client in, and a longer one is refused at the start") {
    constexpr std::size_t longest = 4093;
    const House house(with_token(std::string(longest, 'x')));
    CHECK(Client(*house.gateway).ask(unit_call) == "!yro0");
    const auto refusal = [](const std::string& token) {
      return message_of([&] { House{with_token(token)}; });
    };
    CHECK(contains(refusal(std::string(longest + 1, 'x')), "4093 at most"));
    CHECK(contains(refusal(std::string(longest, '\\')), "8186 bytes"));
  }
}

}  // namespace py4cpp::test
