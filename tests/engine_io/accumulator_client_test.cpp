// SPDX-License-Identifier: Apache-2.0
#include "engine/io/accumulator_client.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "support.hpp"

namespace py4cpp::engine {
namespace {

runner::Bytes update(std::string_view text) {
  auto data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

std::string read_text(const Fd& socket, std::size_t length) {
  std::string text(length, '\0');
  read_exact(socket, std::as_writable_bytes(std::span(text)));
  return text;
}

void answer(const Fd& socket) {
  std::byte one{1};
  write_all(socket, std::span(&one, 1));
}

TEST_SUITE_BEGIN("engine_io");

TEST_CASE("the token goes first, then each task's updates, each answered") {
  Fd listener = listen_loopback();
  AccumulatorClient client(local_port(listener), "secret");
  auto sent = std::async(std::launch::async, [&] {
    client.add({update("one"), update("two")});
    client.add({update("three")});
  });
  Fd socket = accept_connection(listener);
  CHECK(read_text(socket, 6) == "secret");
  using namespace std::string_literals;
  CHECK(read_text(socket, 18) == "\0\0\0\2\0\0\0\3one\0\0\0\3two"s);
  answer(socket);
  CHECK(read_text(socket, 13) == "\0\0\0\1\0\0\0\5three"s);
  answer(socket);
  sent.get();
}

TEST_CASE("without updates there is no connection") {
  AccumulatorClient client(1, "secret");  // nobody listens there
  client.add({});
  CHECK_THROWS_AS(client.add({update("x")}), Disconnected);
}

TEST_CASE("a driver that hangs up is an error, once for each task") {
  Fd listener = listen_loopback();
  AccumulatorClient client(local_port(listener), "secret");
  auto sent = std::async(std::launch::async, [&] { client.add({update("x")}); });
  Fd socket = accept_connection(listener);
  socket.reset();
  CHECK_THROWS_AS(sent.get(), Disconnected);
}

TEST_CASE("after the last update, empty ones wake the driver's server until it ends") {
  Fd listener = listen_loopback();
  AccumulatorClient client(local_port(listener), "secret");
  client.finish();
  Fd socket = accept_connection(listener);
  CHECK(read_text(socket, 6) == "secret");
  using namespace std::string_literals;
  for (int nudge = 0; nudge < 3; ++nudge) {
    CHECK(read_text(socket, 4) == "\0\0\0\0"s);
    answer(socket);
  }
  socket.reset();
  // A server that had gone back to waiting for connections gets one to wake up by.
  CHECK(accept_connection(listener, after(std::chrono::seconds(10))));
}

TEST_CASE("a driver whose server is gone needs no waking") {
  AccumulatorClient client(1, "secret");  // nobody listens there
  client.finish();
  client.finish();
}

TEST_SUITE_END();

}  // namespace
}  // namespace py4cpp::engine
