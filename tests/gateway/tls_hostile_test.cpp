// SPDX-License-Identifier: Apache-2.0
//
// Strangers that speak TLS well, and nothing else.
#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <memory>
#include <thread>
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

using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;

/// Shakes hands, and then renews its keys until it is told to stop or the gateway hangs up.
void renew_keys(const Gateway& gateway, const std::atomic<bool>& stopped) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  const Fd socket = connect_loopback(gateway.port());
  const Ssl ssl(SSL_new(context.get()), &SSL_free);
  SSL_set_fd(ssl.get(), socket.get());
  if (SSL_connect(ssl.get()) != 1) return;
  while (!stopped && SSL_key_update(ssl.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
         SSL_do_handshake(ssl.get()) == 1) {
  }
}

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
    options.tls = TlsServer{
        .certificate = pem("gateway.pem"), .key = pem("gateway.key"), .client_authorities = {}};
    House house(options);
    std::atomic<bool> stopped = false;
    std::vector<std::thread> strangers;
    for (int i = 0; i < 3; ++i)
      strangers.emplace_back([&] { renew_keys(*house.gateway, stopped); });
    CHECK(first_answer(*house.gateway) == "!yv\n!yro0\n");
    stopped = true;
    for (auto& stranger : strangers) stranger.join();
  }
}

}  // namespace py4cpp::test
