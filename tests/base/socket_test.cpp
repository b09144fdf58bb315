// SPDX-License-Identifier: Apache-2.0
#include "base/socket.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/temp_dir.hpp"

using namespace py4cpp;
using namespace std::chrono_literals;

namespace {

struct Pair {
  Fd client;
  Fd server;
};

Pair connected() {
  const Fd listener = listen_loopback();
  Fd client = connect_loopback(local_port(listener), after(10s));
  return {std::move(client), accept_connection(listener, after(10s))};
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string read_text(const Fd& fd, std::size_t size) {
  std::string text(size, '\0');
  CHECK(read_exact(fd, std::as_writable_bytes(std::span(text)), after(10s)));
  return text;
}

bool is_close_on_exec(const Fd& fd) { return (::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0; }

}  // namespace

TEST_SUITE_BEGIN("base socket");

TEST_CASE("two loopback sockets talk without delay and are closed on exec") {
  const Pair pair = connected();
  write_all(pair.client, bytes_of("ping"));
  CHECK_EQ(read_text(pair.server, 4), "ping");
  write_all(pair.server, bytes_of("pong"));
  CHECK_EQ(read_text(pair.client, 4), "pong");
  for (const Fd* fd : {&pair.client, &pair.server}) {
    int on = 0;
    socklen_t size = sizeof on;
    ::getsockopt(fd->get(), IPPROTO_TCP, TCP_NODELAY, &on, &size);
    CHECK_NE(on, 0);
    CHECK(is_close_on_exec(*fd));
    CHECK_EQ(::fcntl(fd->get(), F_GETFL) & O_NONBLOCK, 0);
  }
}

TEST_CASE("two Unix sockets talk") {
  const TempDir folder(default_temp_root(), "py4cpp-test-");
  const Fd listener = listen_unix(folder.path() / "socket");
  const Fd client = connect_unix(folder.path() / "socket", after(10s));
  const Fd server = accept_connection(listener);
  write_all(client, bytes_of("ping"));
  CHECK_EQ(read_text(server, 4), "ping");
  CHECK(is_close_on_exec(server));
}

TEST_CASE("a Unix socket that cannot be made is an error that names its path") {
  CHECK_THROWS_AS(listen_unix("/no/such/folder/socket"), Error);
  const std::string long_path = "/tmp/" + std::string(200, 'x');
  try {
    listen_unix(long_path);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find(long_path) != std::string::npos);
  }
}

TEST_CASE("a port in use is an error that names the address") {
  const Fd first = listen_loopback();
  const std::uint16_t port = local_port(first);
  try {
    listen_loopback(port);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("127.0.0.1:" + std::to_string(port)) != std::string::npos);
  }
}

TEST_CASE("nobody there is Disconnected") {
  std::uint16_t port = 0;
  {
    const Fd listener = listen_loopback();
    port = local_port(listener);
  }
  CHECK_THROWS_AS(connect_loopback(port, after(10s)), Disconnected);
  CHECK_THROWS_AS(connect_loopback(port), Disconnected);
  CHECK_THROWS_AS(connect_unix("/no/such/socket"), Disconnected);
}

TEST_CASE("accepting stops at its deadline without an error") {
  const Fd listener = listen_loopback();
  CHECK_FALSE(accept_connection(listener, after(1ms)));
}

TEST_CASE("the end of a stream is a value before the first byte and an error after it") {
  Pair pair = connected();
  std::array<std::byte, 4> bytes{};
  write_all(pair.client, bytes_of("ab"));
  pair.client.reset();
  CHECK_THROWS_AS(read_exact(pair.server, bytes), Disconnected);
  CHECK_FALSE(read_exact(pair.server, bytes));
}

TEST_CASE("reading and writing stop at their deadlines") {
  const Pair pair = connected();
  std::array<std::byte, 4> bytes{};
  CHECK_THROWS_AS(read_exact(pair.server, bytes, after(1ms)), Disconnected);
  const std::vector<std::byte> flood(64 << 20);
  CHECK_THROWS_AS(write_all(pair.client, flood, after(50ms)), Disconnected);
}

TEST_CASE("writing to a reader that is gone is Disconnected, not a signal") {
  Pair pair = connected();
  pair.server.reset();
  const std::vector<std::byte> flood(64 << 20);
  CHECK_THROWS_AS(write_all(pair.client, flood), Disconnected);
}

TEST_CASE("large data passes through a pipe with a slow reader") {
  Pipe pipe = make_pipe();
  const std::string text(1 << 20, 'x');
  std::thread writer([&] {
    write_all(pipe.write_end, bytes_of(text), after(30s));
    pipe.write_end.reset();
  });
  CHECK_EQ(read_text(pipe.read_end, text.size()), text);
  writer.join();
}

TEST_SUITE_END();
