// SPDX-License-Identifier: Apache-2.0
//
// Who is taken for gone, and whose ids are kept.
#include "gateway/control/clients.hpp"

#include <doctest/doctest.h>

#include <boost/asio/error.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "house.hpp"

namespace py4cpp::test {

namespace {

/// A client that asks nothing and then ends, or is silent until its time is over.
struct Ending final : Transport {
  explicit Ending(boost::system::error_code end_in) : end(end_in) {}
  std::size_t read(std::span<char>, boost::system::error_code& error) override {
    error = end;
    return 0;
  }
  void write(std::string_view, std::chrono::milliseconds, boost::system::error_code&) override {}
  void shut_down() noexcept override {}
  bool wait_readable(std::chrono::milliseconds) override { return true; }
  std::uint16_t local_port() const override { return 1; }
  std::uint16_t remote_port() const override { return 2; }

  const boost::system::error_code end;
};

/// Whether the ids are to be forgotten some time after the only client has ended so.
bool leaves_orphans(boost::system::error_code end) {
  Conversation conversation;
  Core& core = *conversation.core;
  core.objects.add(Value(1));
  ReleaseQueue releases(10, std::chrono::hours(1));
  Orphans orphans(core.objects, std::chrono::hours(1));
  Clients clients(
      releases, orphans, [] { return false; }, [] {});
  Session session(core, std::make_unique<Ending>(end), Session::Opened::by_client);
  clients.join(session);
  session.serve();
  clients.leave(session);
  return orphans.due() != Orphans::Clock::time_point::max();
}

}  // namespace

TEST_SUITE("clients") {
  TEST_CASE(
      "a client that ends leaves its ids, one that was hung up on for its silence keeps them") {
    CHECK(leaves_orphans(boost::asio::error::eof));
    CHECK(leaves_orphans(boost::asio::error::connection_reset));
    CHECK_FALSE(leaves_orphans(boost::asio::error::timed_out));
  }

  TEST_CASE("an open callback connection shows that its client is there, which keeps its ids") {
    constexpr std::chrono::milliseconds orphans_ms_max{5};
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.pinned = options.authenticate = false;
    options.callback_port = local_port(listener);
    options.orphans_ms_max = orphans_ms_max;
    House house(options);
    auto result = std::async(std::launch::async,
                             [&] { return house.gateway->python_entry_point().call("here"); });
    std::optional<Client> server(accept_connection(listener));
    for (const auto* expected : {"c", "t", "here", "e"}) CHECK(server->line() == expected);
    server->send("!yv\n");
    result.get();
    CHECK(Client(*house.gateway).ask("c\nz:test.Square\nunit\ne\n") == "!yro0");
    while (house.gateway->connection_count() > 0) std::this_thread::yield();
    std::this_thread::sleep_for(10 * orphans_ms_max);  // Nothing tells that nothing happens.
    CHECK(house.gateway->object_count() == 1);
    server.reset();
    while (house.gateway->object_count() > 0) std::this_thread::yield();
  }
}

}  // namespace py4cpp::test
