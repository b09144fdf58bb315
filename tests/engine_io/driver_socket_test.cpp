// SPDX-License-Identifier: Apache-2.0
#include "engine/io/driver_socket.hpp"

#include <doctest/doctest.h>

#include <future>
#include <thread>

#include "base/socket.hpp"
#include "support.hpp"

namespace py4cpp::engine {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Says a secret as the driver does and returns the answer.
std::string authenticate(const Fd& socket, const std::string& secret) {
  write_all(socket, test::as_frames({secret}));
  std::byte header[4];
  if (!read_exact(socket, header)) return "";
  std::string answer(read_u32(header), '\0');
  read_exact(socket, std::as_writable_bytes(std::span(answer)));
  return answer;
}

std::string read_to_end(const Fd& socket) {
  std::string text;
  std::byte one{};
  while (read_exact(socket, std::span(&one, 1))) text += static_cast<char>(one);
  return text;
}

TEST_SUITE_BEGIN("engine_io");

TEST_CASE("the driver proves the secret and reads to the end") {
  DriverSockets sockets({});
  auto served = sockets.serve([](DriverConnection& driver) { driver.write(bytes_of("payload")); });
  Fd socket = connect_loopback(served->port());
  CHECK(authenticate(socket, served->secret()) == "ok");
  CHECK(read_to_end(socket) == "payload");
  served->get_result();
}

TEST_CASE("foreign connections are turned away and the driver still served") {
  DriverSockets sockets({});
  auto served = sockets.serve([](DriverConnection& driver) { driver.write(bytes_of("payload")); });
  {
    Fd silent = connect_loopback(served->port());
    silent.reset();
    Fd garbage = connect_loopback(served->port());
    write_all(garbage, bytes_of("GET / HTTP/1.1\r\n\r\n"));
    CHECK_THROWS_AS(read_to_end(garbage), Disconnected);
  }
  Fd wrong = connect_loopback(served->port());
  CHECK(authenticate(wrong, std::string(served->secret().size(), '0')) == "err");
  Fd socket = connect_loopback(served->port());
  CHECK(authenticate(socket, served->secret()) == "ok");
  CHECK(read_to_end(socket) == "payload");
}

TEST_CASE("a Unix socket needs no secret and leaves no file") {
  test::Folder folder;
  DriverSockets sockets({.unix_folder = folder.path()});
  auto served = sockets.serve([](DriverConnection& driver) { driver.write(bytes_of("payload")); });
  CHECK(served->secret().empty());
  Fd socket = connect_unix(served->path());
  CHECK(read_to_end(socket) == "payload");
  served->get_result();
  CHECK_FALSE(std::filesystem::exists(served->path()));
}

TEST_CASE("what serving throws is the result") {
  DriverSockets sockets({});
  auto served = sockets.serve([](DriverConnection&) { throw Error("the job failed"); });
  Fd socket = connect_loopback(served->port());
  CHECK(authenticate(socket, served->secret()) == "ok");
  CHECK_THROWS_WITH(served->get_result(), "the job failed");
  CHECK_THROWS_WITH(served->get_result(), "the job failed");
}

TEST_CASE("a driver that never comes is waited for a bounded time") {
  DriverSockets sockets({.connect_ms_max = std::chrono::milliseconds(50)});
  auto served = sockets.serve([](DriverConnection&) {});
  CHECK_THROWS_AS(served->get_result(), Disconnected);
}

TEST_CASE("numbers travel both ways until the driver hangs up") {
  DriverSockets sockets({});
  auto served = sockets.serve([](DriverConnection& driver) {
    while (auto request = driver.read_int()) driver.write_int(*request + 1);
  });
  Fd socket = connect_loopback(served->port());
  CHECK(authenticate(socket, served->secret()) == "ok");
  write_all(socket, big_endian(41));
  std::byte answer[4];
  REQUIRE(read_exact(socket, answer));
  CHECK(read_u32(answer) == 42);
  socket.reset();
  served->get_result();
}

TEST_CASE("stop breaks off what is being served, and nothing is served after it") {
  DriverSockets sockets({});
  auto served = sockets.serve([](DriverConnection& driver) { driver.read_int(); });
  auto waiting = sockets.serve([](DriverConnection&) {});
  Fd socket = connect_loopback(served->port());
  CHECK(authenticate(socket, served->secret()) == "ok");
  sockets.stop();
  CHECK_THROWS_AS(waiting->get_result(), Error);
  CHECK_THROWS_AS(sockets.serve([](DriverConnection&) {}), Disconnected);
}

TEST_CASE("the number of open results is bounded") {
  DriverSockets sockets({.sockets_max = 2});
  auto first = sockets.serve([](DriverConnection&) {});
  auto second = sockets.serve([](DriverConnection&) {});
  CHECK_THROWS_AS(sockets.serve([](DriverConnection&) {}), Overloaded);
}

TEST_SUITE_END();

}  // namespace
}  // namespace py4cpp::engine
