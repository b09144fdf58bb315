// SPDX-License-Identifier: Apache-2.0
//
// The entrance of a gateway: strangers, with and without TLS, and the clients that get in all the
// same. flood_test.cpp has strangers in great number.
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <future>
#include <iterator>
#include <mutex>
#include <thread>
#include <vector>

#include "house.hpp"
#include "tests/support/descriptors.hpp"

namespace py4cpp::test {

namespace {

constexpr std::string_view unit_call = "c\nz:test.Square\nunit\ne\n";

std::string pem(const std::string& name) { return std::string(TLS_FOLDER) + "/" + name; }

TlsServer test_tls() {
  return {.certificate = pem("gateway.pem"), .key = pem("gateway.key"), .client_authorities = {}};
}

/// A gateway whose callback server, which is expected to speak TLS, listens there.
GatewayOptions calling_with_tls(const Fd& listener) {
  GatewayOptions options;
  options.pinned = false;
  options.callback_port = local_port(listener);
  options.callback_tls.emplace().authorities = pem("authority.pem");
  return options;
}

Fd stranger(const House& house) { return connect_loopback(house.gateway->port()); }

/// Waits until the other side closed the connection; true when it did.
bool is_ended(const Fd& socket) { return !Client(Fd(::dup(socket.get()))).line().has_value(); }

}  // namespace

TEST_SUITE("entrance") {
  TEST_CASE("one connection too many at the entrance ends the one that waits longest") {
    GatewayOptions options;
    options.unauthenticated_max = 2;
    House house(options);
    const Fd first = stranger(house), second = stranger(house);
    Client third(stranger(house));
    CHECK(is_ended(first));
    CHECK(third.ask("A\n" + house.gateway->token() + "\n") == "!yv");
    CHECK(third.ask(unit_call) == "!yro0");
  }

  TEST_CASE("the token may come in pieces, and the first command along with it") {
    House house;
    Client client(stranger(house));
    const std::string opening = "A\n" + house.gateway->token() + "\n" + std::string(unit_call);
    for (const char c : opening) client.send({&c, 1});
    CHECK(client.line() == "!yv");
    CHECK(client.line() == "!yro0");
    Client hasty(stranger(house));
    hasty.send(opening);
    CHECK(hasty.line() == "!yv");
    CHECK(hasty.line() == "!yro1");
  }

  TEST_CASE("wrong tokens of every kind are answered alike") {
    House house;
    const std::string token = house.gateway->token();
    for (const std::string& wrong :
         {std::string(), token.substr(1), token + "x", std::string(token.size(), '0'),
          std::string("\0", 1), std::string(3000, 'x'), std::string("\xff\xfe")}) {
      Client client(stranger(house));
      CHECK(client.ask("A\n" + wrong + "\n") ==
            "!xsAuthentication error: bad auth token received.");
      CHECK_FALSE(client.line());
    }
    CHECK(house.gateway->metrics().refused_for(Refusal::wrong_token) == 7);
  }

  TEST_CASE("refused connections are counted by what was wrong with them") {
    GatewayOptions options;
    options.unauthenticated_max = 2;
    options.connections_max = 1;
    House house(options);
    const auto refused = [&](Refusal reason) {
      return house.gateway->metrics().refused_for(reason);
    };
    CHECK(Client(stranger(house)).ask(unit_call) == "!xsAuthentication error: unexpected command.");
    CHECK(refused(Refusal::no_token) == 1);
    Client(stranger(house)).ask("A\n" + std::string(5'000, 'x'));
    CHECK(refused(Refusal::long_line) == 1);
    const Fd half = stranger(house);
    ::shutdown(half.get(), SHUT_WR);
    CHECK(is_ended(half));
    CHECK(refused(Refusal::ended) == 1);
    const Fd first = stranger(house), second = stranger(house), third = stranger(house);
    CHECK(is_ended(first));
    CHECK(refused(Refusal::unauthenticated_max) == 1);
    Client client(*house.gateway);
    CHECK(client.ask(unit_call) == "!yro0");
    Client second_client(*house.gateway);
    CHECK(second_client.ask(unit_call) ==
          "!xsthe gateway has 1 connections already, which is its limit (connections_max)");
    CHECK_FALSE(second_client.line());
    CHECK(refused(Refusal::connections_max) == 1);
    CHECK(client.ask("A\nwrong\n") == "!xsAuthentication error: bad auth token received.");
    CHECK(refused(Refusal::wrong_token) == 1);
  }

  TEST_CASE("connections that come too late with the token are counted") {
    GatewayOptions options;
    options.authentication_ms_max = std::chrono::milliseconds(50);
    House house(options);
    const Fd first = stranger(house), second = stranger(house);
    CHECK(is_ended(first));
    CHECK(is_ended(second));
    CHECK(house.gateway->metrics().refused_for(Refusal::authentication_ms_max) == 2);
  }

  TEST_CASE("before the token a client gets one short line") {
    House house;
    Client client(stranger(house));
    client.send("A\n" + std::string(5'000, 'x'));
    CHECK(client.line() == "!zsa command has more bytes than the limit allows");
    CHECK_FALSE(client.line());
  }

  TEST_CASE("a connection that is half closed or reset at the entrance is forgotten") {
    House house;
    const Fd half = stranger(house);
    ::shutdown(half.get(), SHUT_WR);
    CHECK(is_ended(half));
    {
      const Fd reset = stranger(house);
      const linger at_once{1, 0};
      ::setsockopt(reset.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    CHECK(Client(*house.gateway).ask(unit_call) == "!yro0");
  }

  TEST_CASE("a client that half closes its connection still gets its answer") {
    House house;
    Client client(*house.gateway);
    client.send(unit_call);
    client.half_close();
    CHECK(client.line() == "!yro0");
    CHECK_FALSE(client.line());
  }

  TEST_CASE("a client that is silent for longer than it may is closed") {
    GatewayOptions options;
    options.read_ms_max = std::chrono::milliseconds(50);
    House house(options);
    Client client(*house.gateway);
    CHECK(client.ask(unit_call) == "!yro0");
    CHECK_FALSE(client.line());
  }

  TEST_CASE("a callback that takes longer than it may is given up") {
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.pinned = options.authenticate = false;
    options.callback_port = local_port(listener);
    options.callback_read_ms_max = std::chrono::milliseconds(50);
    House house(options);
    CHECK_THROWS_WITH_AS(house.gateway->python_entry_point().call("never"),
                         doctest::Contains("silent"), Disconnected);
  }

  TEST_CASE("a callback on the client's own connection that takes longer is given up as well") {
    GatewayOptions options;
    options.callback_read_ms_max = std::chrono::milliseconds(50);
    std::string outcome;
    options.custom_commands["ask"] = [&](CallContext& context, auto) -> Value {
      try {
        return context.gateway().python_entry_point().call("never");
      } catch (const Disconnected& error) {
        outcome = error.what();
        throw;
      }
    };
    House house(options);
    Client client(*house.gateway);
    for (const auto* expected : {"c", "t", "never", "e"})
      CHECK(client.ask(expected == std::string("c") ? "ask\ne\n" : "") == expected);
    CHECK_FALSE(client.line());
    house.gateway->stop();
    CHECK(outcome.find("silent") != std::string::npos);
  }

  TEST_CASE("stopping ends handshakes that never ended") {
    GatewayOptions options;
    options.tls = test_tls();
    House house(options);
    const Fd silent = stranger(house);
    Client half(stranger(house));
    half.send("\x16\x03\x01\x02");
    house.gateway->stop();
    CHECK(is_ended(silent));
    CHECK_FALSE(half.line());
  }

  TEST_CASE("a callback server that does not shake hands is given up in time") {
    const Fd listener = listen_loopback();
    auto options = calling_with_tls(listener);
    options.callback_connect_ms_max = std::chrono::milliseconds(50);
    House house(options);
    CHECK_THROWS_WITH_AS(house.gateway->python_entry_point().call("never"),
                         doctest::Contains("did not shake hands in time"), Disconnected);
  }

  TEST_CASE("a callback server that speaks no TLS is named with what to do") {
    const Fd listener = listen_loopback();
    House house(calling_with_tls(listener));
    std::thread server([&] {
      Client plain(accept_connection(listener));
      plain.send("!xn no TLS here\n");
      plain.line();
    });
    CHECK_THROWS_WITH_AS(house.gateway->python_entry_point().call("never"),
                         doctest::Contains("ssl_context"), Disconnected);
    server.join();
  }

  TEST_CASE("PEM text is taken in place of a file, and a key with a password is refused") {
    GatewayOptions options;
    options.tls = test_tls();
    const auto text_of = [](const std::string& path) {
      std::ifstream file(path);
      return std::string(std::istreambuf_iterator<char>(file), {});
    };
    options.tls->certificate = text_of(options.tls->certificate);
    options.tls->key = text_of(options.tls->key);
    CHECK_NOTHROW(House{options});
    options.tls->key =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    CHECK_THROWS_WITH_AS(House{options}, doctest::Contains("has no password"), Error);
  }

  // py4j calls once more when its connection ends, and gives a command up when it is reset.
  TEST_CASE("a gateway that stops ends the connections that it has not looked at, it resets none") {
    struct Stopping final : GatewayListener {
      void server_pre_shutdown() override { begun.open(); }
      Gate begun;
    };
    const auto stopping = std::make_shared<Stopping>();
    GatewayOptions options;
    options.listeners = {stopping};
    // What the control thread says of a refused client keeps it until the gateway stops.
    options.log = [&](LogLevel level, std::string_view, std::string_view) {
      if (level == LogLevel::warn) stopping->begun.pass();
    };
    House house(options);
    constexpr int clients = 20;
    std::vector<Fd> all;  // The first half was let in as far as the entrance.
    all.reserve(2 * std::size_t{clients});
    for (int i = 0; i < clients; ++i) all.push_back(stranger(house));
    Client(*house.gateway).ask(unit_call);  // Whoever comes later comes in later.
    Client(stranger(house)).ask(unit_call);
    stopping->begun.wait_until_reached();
    for (int i = 0; i < clients; ++i) all.push_back(stranger(house));
    for (const Fd& client : all)
      write_all(client, std::as_bytes(std::span(std::string_view("A\n"))));
    house.gateway->stop();
    for (const Fd& client : all) {
      std::byte ignored{};
      CHECK_FALSE(read_exact(client, {&ignored, 1}));
    }
    CHECK_THROWS_AS(stranger(house), Disconnected);
  }

  TEST_CASE("listeners hear of the gateway and of each connection, and may throw") {
    struct Diary final : GatewayListener {
      void server_started() override { note("started"); }
      void server_stopped() override { note("stopped"); }
      void server_pre_shutdown() override { note("before the end"); }
      void server_post_shutdown() override { note("after the end"); }
      void connection_started(const ConnectionInfo& info) override {
        note("connection " + std::to_string(info.id));
        throw std::runtime_error("a careless listener");
      }
      void connection_stopped(const ConnectionInfo& info) override {
        note("no connection " + std::to_string(info.id));
      }
      void connection_error(const ConnectionInfo&, const std::string& reason) override {
        note(reason);
      }
      void note(const std::string& text) {
        const std::lock_guard lock(mutex);
        notes.push_back(text);
      }
      std::mutex mutex;
      std::vector<std::string> notes;
    };
    const auto diary = std::make_shared<Diary>();
    {
      GatewayOptions options;
      options.listeners = {diary};
      options.command_bytes_max = 5'000;
      House house(options);
      Client client(*house.gateway);
      CHECK(client.ask(unit_call) == "!yro0");
      client.ask("c\nt\nx\ns" + std::string(5'000, 'x'));
      CHECK_FALSE(client.line());
    }
    REQUIRE(diary->notes.size() == 7);
    CHECK(diary->notes.front() == "started");
    CHECK(diary->notes.back() == "after the end");
    const auto place = [&](const char* note) { return std::ranges::find(diary->notes, note); };
    CHECK(place("before the end") < place("stopped"));
    // The connection may end while the gateway does.
    for (const auto* note : {"connection 1", "a command has more bytes than the limit allows",
                             "no connection 1", "before the end", "stopped"})
      CHECK(std::count(diary->notes.begin(), diary->notes.end(), note) == 1);
  }

  TEST_CASE("listeners hear why a connection has to wait, which is let in as soon as it can be") {
    struct Waiting final : GatewayListener {
      void server_error(const std::string& reason) override {
        if (!was_told.exchange(true)) told.set_value(reason);
      }
      std::atomic<bool> was_told = false;
      std::promise<std::string> told;
    };
    const auto waiting = std::make_shared<Waiting>();
    GatewayOptions options;
    options.listeners = {waiting};
    House house(options);
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    {
      // It was the lowest free one: there is none for the gateway's end.
      const DescriptorLimit limit(static_cast<std::size_t>(socket.get()) + 1);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(house.gateway->port());
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
      const std::string reason = waiting->told.get_future().get();
      CHECK(reason.starts_with("cannot accept a connection: "));
      CHECK(reason.find("open files") != std::string::npos);
    }
    Client client(std::move(socket));
    CHECK(client.ask("A\n" + house.gateway->token() + "\n") == "!yv");
    CHECK(client.ask(unit_call) == "!yro0");
  }

  TEST_CASE("names of custom commands that cannot work are refused at the start") {
    for (const auto* name : {"", " ", "c", "e", "!y", "two\nlines"}) {
      GatewayOptions options;
      options.custom_commands[name] = [](CallContext&, auto) { return Value(); };
      CHECK_THROWS_WITH_AS(House{options}, doctest::Contains("a custom command"), Error);
    }
  }
}

}  // namespace py4cpp::test
