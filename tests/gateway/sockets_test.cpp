// SPDX-License-Identifier: Apache-2.0
//
// What the gateway asks of its sockets.
#include "gateway/transport/sockets.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

namespace py4cpp::test {

namespace {

int option_of(const Fd& socket, int level, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  REQUIRE(::getsockopt(socket.get(), level, option, &value, &size) == 0);
  return value;
}

}  // namespace

TEST_SUITE("sockets") {
  TEST_CASE("connections of both kinds notice within minutes that the other machine has vanished") {
    const Fd listener = listen_on("127.0.0.1", 0);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    const Fd dialled = connect_to("127.0.0.1", local_port(listener.get()), end);
    REQUIRE(wait_for(listener.get(), POLLIN, std::chrono::seconds(30)));
    const Fd accepted = accept_from(listener.get());
    for (const Fd* socket : {&dialled, &accepted}) {
      CHECK(option_of(*socket, SOL_SOCKET, SO_KEEPALIVE) == 1);
      const int longest_s = option_of(*socket, IPPROTO_TCP, TCP_KEEPIDLE) +
                            option_of(*socket, IPPROTO_TCP, TCP_KEEPINTVL) *
                                option_of(*socket, IPPROTO_TCP, TCP_KEEPCNT);
      CHECK(longest_s <= 300);
    }
  }

  TEST_CASE("the time that is left until a moment of the past is none") {
    using Clock = std::chrono::steady_clock;
    CHECK(time_left(Clock::now() - std::chrono::hours(1)).count() == 0);
    CHECK(time_left(Clock::now() + std::chrono::hours(1)) > std::chrono::minutes(59));
  }
}

}  // namespace py4cpp::test
