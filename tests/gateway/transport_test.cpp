// SPDX-License-Identifier: Apache-2.0
//
// What a gateway's sockets are set to.
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

#include "base/socket.hpp"
#include "gateway/transport/socket_transport.hpp"
#include "gateway/transport/sockets.hpp"

namespace py4cpp::test {

namespace {

bool sends_without_delay(int socket) {
  int value = 0;
  socklen_t size = sizeof value;
  REQUIRE(::getsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &value, &size) == 0);
  return value != 0;
}

}  // namespace

TEST_SUITE("transport") {
  TEST_CASE("a small piece does not wait until the one before it is acknowledged") {
    const Fd listener = listen_on("127.0.0.1", 0);
    const Fd client = connect_loopback(local_port(listener.get()));
    Fd socket = accept_from(listener.get());
    const int descriptor = socket.get();
    CHECK_FALSE(sends_without_delay(descriptor));
    const SocketTransport transport(std::move(socket));
    CHECK(sends_without_delay(descriptor));
  }
}

}  // namespace py4cpp::test
