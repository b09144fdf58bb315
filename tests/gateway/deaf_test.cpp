// SPDX-License-Identifier: Apache-2.0
//
// Peers that do not read what they are sent, like a process that was stopped: more than the buffers
// of the sockets hold. The bounds on their silence hold for that as well.
#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "gateway/transport/tls.hpp"
#include "house.hpp"

namespace py4cpp::test {

namespace {

constexpr std::chrono::milliseconds bound{50};

std::string more_than_buffers_hold() { return std::string(20'000'000, 'x'); }

std::string pem(const std::string& name) { return std::string(TLS_FOLDER) + "/" + name; }

std::optional<TlsServer> test_tls() {
  return TlsServer{
      .certificate = pem("gateway.pem"), .key = pem("gateway.key"), .client_authorities = {}};
}

/// A client that presents its token, sends one command and then reads only when it is told to.
class DeafClient {
 public:
  DeafClient(const House& house, bool with_tls, std::string_view command)
      : socket_(connect_loopback(house.gateway->port())) {
    const std::string text = "A\n" + house.gateway->token() + "\n" + std::string(command);
    if (!with_tls) {
      write_all(socket_, std::as_bytes(std::span(text)));
      return;
    }
    TlsClient options;
    options.authorities = pem("authority.pem");
    const TlsContext context(options);
    stream_ = context.connect(socket_.get(), "127.0.0.1", std::chrono::seconds(30), "the gateway");
    std::size_t count = 0;
    REQUIRE(stream_->write(text, count) == TlsStream::Step::done);
  }

  /// Reads so many bytes.
  std::string read(std::size_t size) {
    std::string text(size, ' ');
    if (!stream_) {
      REQUIRE(read_exact(socket_, std::as_writable_bytes(std::span(text))));
      return text;
    }
    for (std::size_t done = 0, count = 0; done < size; done += count)
      REQUIRE(stream_->read(std::span(text).subspan(done), count) == TlsStream::Step::done);
    return text;
  }

 private:
  Fd socket_;
  std::unique_ptr<TlsStream> stream_;
};

/// What a call on the connection of a client comes to that does not read it. Its argument that is
/// an object is forgotten.
void check_a_call_is_given_up(bool with_tls) {
  std::promise<std::string> outcome;
  GatewayOptions options;
  if (with_tls) options.tls = test_tls();
  options.callback_read_ms_max = bound;
  options.custom_commands["ask"] = [&](CallContext& context, auto) -> Value {
    try {
      return context.gateway().python_entry_point().call(
          "never", {std::make_shared<Square>(), more_than_buffers_hold()});
    } catch (const Disconnected& error) {
      CHECK(context.gateway().object_count() == 0);
      outcome.set_value(error.what());
      throw;
    }
  };
  const House house(options);
  const DeafClient client(house, with_tls, "ask\ne\n");
  CHECK(outcome.get_future().get() == "Python did not read for too long");
}

/// Hears why a connection ended.
struct Ear final : GatewayListener {
  void connection_error(const ConnectionInfo&, const std::string& reason) override {
    heard.set_value(reason);
  }
  std::promise<std::string> heard;
};

void check_an_answer_is_given_up(bool with_tls) {
  const auto ear = std::make_shared<Ear>();
  GatewayOptions options;
  if (with_tls) options.tls = test_tls();
  options.listeners = {ear};
  options.read_ms_max = bound;
  options.custom_commands["much"] = [](CallContext&, auto) {
    return Value(more_than_buffers_hold());
  };
  const House house(options);
  const DeafClient client(house, with_tls, "much\ne\n");
  CHECK(ear->heard.get_future().get() == "Python did not read for too long");
}

void check_an_answer_in_pieces_arrives(bool with_tls) {
  GatewayOptions options;
  if (with_tls) options.tls = test_tls();
  options.read_ms_max = std::chrono::hours(1);
  options.custom_commands["much"] = [](CallContext&, auto) {
    return Value(more_than_buffers_hold());
  };
  const House house(options);
  DeafClient client(house, with_tls, "much\ne\n");
  const std::string expected = "!yv\n!ys" + more_than_buffers_hold() + "\n";
  CHECK((client.read(expected.size()) == expected));
}

}  // namespace

TEST_SUITE("deaf") {
  TEST_CASE("a call on the connection of a client that does not read it is given up") {
    check_a_call_is_given_up(false);
  }

  TEST_CASE("so is one over TLS") { check_a_call_is_given_up(true); }

  TEST_CASE("a client that does not read an answer is given up") {
    check_an_answer_is_given_up(false);
  }

  TEST_CASE("so is one over TLS that does not") { check_an_answer_is_given_up(true); }

  TEST_CASE("a call that the callback server does not read is given up, and not sent again") {
    const Fd listener = listen_loopback();
    GatewayOptions options;
    options.pinned = options.authenticate = false;
    options.callback_port = local_port(listener);
    options.callback_read_ms_max = bound;
    House house(options);
    const Proxy python = house.gateway->python_entry_point();
    auto result = std::async(std::launch::async, [&] { return python.call("first"); });
    Client server(accept_connection(listener));
    for (const auto* expected : {"c", "t", "first", "e"}) CHECK(server.line() == expected);
    server.send("!yi7\n");
    CHECK(result.get() == Value(7));
    CHECK_THROWS_WITH_AS(python.call("never", {more_than_buffers_hold()}),
                         "Python did not read for too long", Disconnected);
    CHECK_FALSE(accept_connection(listener, after(std::chrono::seconds(0))));
  }

  TEST_CASE("a large answer to a client that reads, if in pieces, arrives whole") {
    check_an_answer_in_pieces_arrives(false);
    check_an_answer_in_pieces_arrives(true);
  }
}

}  // namespace py4cpp::test
