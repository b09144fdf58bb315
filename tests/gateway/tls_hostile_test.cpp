// SPDX-License-Identifier: Apache-2.0
//
// Strangers that speak TLS well, and nothing else.
#include <doctest/doctest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/transport/tls.hpp"
#include "house.hpp"

namespace py4cpp::test {

namespace {

std::string pem(const std::string& name) { return std::string(TLS_FOLDER) + "/" + name; }

TlsClient test_client() {
  TlsClient options;
  options.authorities = pem("authority.pem");
  return options;
}

TlsServer test_server() {
  return {.certificate = pem("gateway.pem"), .key = pem("gateway.key"), .client_authorities = {}};
}

/// Both ends of one connection; neither waits.
std::pair<Fd, Fd> socket_pair() {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

/// A client that takes any certificate, and renews its keys as often as it likes.
class Stranger {
 public:
  /// Over a socket that outlives it.
  explicit Stranger(int socket)
      : context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free),
        ssl_(SSL_new(context_.get()), &SSL_free) {
    SSL_set_fd(ssl_.get(), socket);
    SSL_set_connect_state(ssl_.get());
  }

  /// Whether it is done; if not, it waits for the server.
  bool shake_hands() { return SSL_do_handshake(ssl_.get()) == 1; }
  bool renew_keys() {
    return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && shake_hands();
  }
  bool send(std::string_view text) {
    return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0;
  }

 private:
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

/// Shakes hands, and then renews its keys until it is told to stop or the gateway hangs up.
void renew_keys_without_end(const Gateway& gateway, const std::atomic<bool>& stopped) {
  const Fd socket = connect_loopback(gateway.port());
  Stranger stranger(socket.get());
  if (!stranger.shake_hands()) return;
  while (!stopped && stranger.renew_keys()) {
  }
}

/// A server's stream whose client has shaken hands, renewed its keys and then sent a word.
struct RenewedStream {
  explicit RenewedStream(int renewals) {
    for (bool is_done = false; !is_done;) {  // In turn; neither side waits.
      is_done = stranger.shake_hands();
      if (server->handshake() == TlsStream::Step::failed) FAIL(server->failure());
    }
    for (int i = 0; i < renewals; ++i) REQUIRE(stranger.renew_keys());
    REQUIRE(stranger.send("word"));
  }

  TlsStream::Step read() {
    std::array<char, 64> space{};
    std::size_t count = 0;
    const auto step = server->read(space, count);
    text.append(space.data(), count);
    return step;
  }

  const TlsContext context{test_server()};
  const std::pair<Fd, Fd> sockets = socket_pair();
  const std::unique_ptr<TlsStream> server = context.accept(sockets.first.get());
  Stranger stranger{sockets.second.get()};
  std::string text;  // What was read.
};

/// Presents the token and makes one call.
std::string first_answer(const Gateway& gateway) {
  const TlsContext context(test_client());
  const Fd socket = connect_loopback(gateway.port());
  const auto stream =
      context.connect(socket.get(), "127.0.0.1", std::chrono::seconds(30), "the gateway");
  const std::string request = "A\n" + gateway.token() + "\nc\nz:test.Square\nunit\ne\n";
  std::size_t count = 0;
  if (stream->write(request, count) != TlsStream::Step::done) return "cannot write";
  std::string answer;
  std::array<char, 64> space{};
  while (answer.size() < std::string_view("!yv\n!yro0\n").size()) {
    if (stream->read(space, count) != TlsStream::Step::done) return "cut off after " + answer;
    answer.append(space.data(), count);
  }
  return answer;
}

}  // namespace

TEST_SUITE("tls_hostile") {
  TEST_CASE("strangers that renew their keys without end keep nobody out") {
    GatewayOptions options;
    options.tls = test_server();
    House house(options);
    std::atomic<bool> stopped = false;
    std::vector<std::thread> strangers;
    for (int i = 0; i < 3; ++i)
      strangers.emplace_back([&] { renew_keys_without_end(*house.gateway, stopped); });
    CHECK(first_answer(*house.gateway) == "!yv\n!yro0\n");
    stopped = true;
    for (auto& stranger : strangers) stranger.join();
  }

  TEST_CASE("at the entrance each renewal of keys gives the others their turn") {
    RenewedStream stream(3);
    for (int renewal = 0; renewal < 3; ++renewal)
      CHECK(stream.read() == TlsStream::Step::wants_read);
    CHECK(stream.read() == TlsStream::Step::done);
    CHECK(stream.text == "word");
  }

  TEST_CASE("on a thread of its own a stream reads on after renewals of keys") {
    RenewedStream stream(3);
    stream.server->set_blocking(true);
    CHECK(stream.read() == TlsStream::Step::done);
    CHECK(stream.text == "word");
  }
}

}  // namespace py4cpp::test
