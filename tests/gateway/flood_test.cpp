// SPDX-License-Identifier: Apache-2.0
//
// Ten thousand connections that never authenticate, all open at the same time, and the clients that
// connect while they are there.
#include <doctest/doctest.h>

#include <deque>
#include <memory>
#include <string>

#include "gateway/transport/socket_transport.hpp"
#include "gateway/transport/tls.hpp"
#include "house.hpp"
#include "tests/support/descriptors.hpp"

namespace py4cpp::test {

namespace {

constexpr std::size_t strangers_count = 10'000;
/// How many come between two clients: fewer than may wait to be accepted.
constexpr std::size_t strangers_between = 500;
/// What the program has open besides: what waits at the entrance, the clients, both their ends.
constexpr std::size_t other_descriptors = 600;

/// A gateway with or without TLS, and the way to it.
struct Besieged {
  explicit Besieged(bool with_tls, GatewayOptions options = {}) {
    const std::string folder = TLS_FOLDER;
    if (with_tls) {
      options.tls = TlsServer{folder + "/gateway.pem", folder + "/gateway.key", {}};
      as_client.callback_tls.emplace().authorities = folder + "/authority.pem";
      tls.emplace(*as_client.callback_tls);
    }
    house.emplace(std::move(options));
  }

  std::optional<House> house;
  std::optional<TlsContext> tls;
  GatewayOptions as_client;
};

/// A client that has presented the token.
class Caller {
 public:
  explicit Caller(const Besieged& besieged)
      : transport_(dial({"127.0.0.1", besieged.house->gateway->port()},
                        besieged.tls ? &*besieged.tls : nullptr, besieged.as_client,
                        Session::Clock::now() + besieged.as_client.callback_connect_ms_max)) {
    REQUIRE(ask("A\n" + besieged.house->gateway->token() + "\n") == "!yv");
  }

  std::string ask(const std::string& command) {
    boost::system::error_code error;
    transport_->write(command, {}, error);
    std::string answer;
    for (char next = 0; transport_->read({&next, 1}, error) == 1 && next != '\n';) answer += next;
    return answer;
  }

  /// Calls, and looks at the answers: the gateway gives its objects the numbers 0, 1, 2, ...
  void check_served(std::size_t object) {
    const std::string id = "o" + std::to_string(object);
    CHECK(ask("c\nz:test.Square\nunit\ne\n") == "!yr" + id);
    CHECK(ask("f\ns\n" + id + "\nside\ni3\ne\n") == "!yv");
    CHECK(ask("c\n" + id + "\narea\ne\n") == "!yd9.0");
  }

 private:
  std::unique_ptr<Transport> transport_;
};

/// One that says nothing, or half of what it should.
Fd stranger(const Besieged& besieged, std::size_t number) {
  Fd socket = connect_loopback(besieged.house->gateway->port());
  const std::string_view half = besieged.tls ? "\x16\x03\x01\x02" : "A\nhalf of a tok";
  if (number % 2 == 1) write_all(socket, std::as_bytes(std::span(half)));
  return socket;
}

/// `count` strangers come, of whom the last `kept_max` stay; while they are there new clients are
/// served, and one who was there before.
void flood(const Besieged& besieged, std::size_t count, std::size_t kept_max) {
  std::deque<Fd> strangers;
  Caller early(besieged);
  std::size_t objects = 0;
  for (std::size_t came = 0; came < count;) {
    strangers.push_back(stranger(besieged, came));
    if (strangers.size() > kept_max) strangers.pop_front();
    if (++came % strangers_between == 0 || came == count) {
      Caller(besieged).check_served(objects++);
      early.check_served(objects++);
    }
  }
  CHECK(strangers.size() == std::min(count, kept_max));
}

/// The clients that call while all ten thousand are connected, as far as the system lets them be.
void flood_of_all(bool with_tls) {
  const DescriptorLimit limit(strangers_count + other_descriptors);
  REQUIRE(limit.allowed() > other_descriptors);
  const std::size_t kept_max = limit.allowed() - other_descriptors;
  if (kept_max < strangers_count)
    MESSAGE("the system allows ", limit.allowed(), " open files, so that only ", kept_max, " of ",
            strangers_count, " strangers are there at the same time");
  const Besieged besieged(with_tls);
  flood(besieged, strangers_count, kept_max);
  // The gateway's own side has a bound; whoever is above it was ended to make room.
  const auto metrics = besieged.house->gateway->metrics();
  CHECK(metrics.refused_for(Refusal::unauthenticated_max) +
            metrics.refused_for(Refusal::authentication_ms_max) +
            metrics.refused_for(Refusal::ended) >=
        strangers_count - GatewayOptions().unauthenticated_max);
}

}  // namespace

TEST_SUITE("flood") {
  TEST_CASE("ten thousand connections that never authenticate keep nobody out") {
    flood_of_all(false);
  }

  TEST_CASE("ten thousand connections that never shake hands keep nobody out") {
    flood_of_all(true);
  }

  TEST_CASE("strangers keep nobody out either where a gateway lets all of them wait") {
    const DescriptorLimit limit(2 * strangers_count + other_descriptors);
    REQUIRE(limit.allowed() > other_descriptors);
    const std::size_t count = std::min(strangers_count, (limit.allowed() - other_descriptors) / 2);
    if (count < strangers_count)
      MESSAGE("the system allows ", limit.allowed(), " open files, which are enough for both ends ",
              "of ", count, " connections in place of ", strangers_count);
    GatewayOptions options;
    options.unauthenticated_max = strangers_count;
    options.authentication_ms_max = std::chrono::hours(1);
    const Besieged besieged(false, options);
    flood(besieged, count, count);
    CHECK(besieged.house->gateway->metrics().refused_for(Refusal::unauthenticated_max) == 0);
  }
}

}  // namespace py4cpp::test
