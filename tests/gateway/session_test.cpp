// SPDX-License-Identifier: Apache-2.0
//
// Conversations: the token, calls to Python within calls from Python, and connections that are lost
// at every possible moment.
#include <doctest/doctest.h>

#include "fixture.hpp"

namespace py4cpp::test {

namespace {

GatewayOptions with_token() {
  auto options = Conversation::without_token();
  options.authenticate = true;
  options.token = "se\\cret";
  return options;
}

/// Python asks, is asked back, asks again meanwhile, and answers.
Script nested_conversation() {
  return Script()
      .exchange("A\nse\\\\cret\n", "!yv\n")
      .send("c\nt\nask\nfp0;test.Op\ne\n")
      .expect("c\np0\nanswer\ni1\nsa\ne\n")
      .exchange("c\nt\ngrow\ni2\ne\n", "!yro0\n")
      .exchange("c\no0\nfail\ne\n", "!xro1\n")
      .exchange("m\nd\no1\ne\n", "!yv\n")
      .send("!yro0\n")
      .expect("!yro2\n")
      .exchange("c\no2\narea\ne\n", "!yd25.0\n");
}

}  // namespace

TEST_SUITE("session") {
  TEST_CASE("the token is compared in its escaped form, and may be presented again") {
    Conversation(with_token())
        .play(
            Script().exchange("A\nse\\\\cret\n", "!yv\n").exchange("c\nt\narea\ne\n", "!yd9.0\n"));
  }

  TEST_CASE("a wrong token ends the connection, also after the right one") {
    Conversation(with_token())
        .play(Script()
                  .exchange("A\nse\\\\cret\n", "!yv\n")
                  .send("A\nwrong\n")
                  .expect("!xsAuthentication error: bad auth token received.\n"));
  }

  TEST_CASE("a command beyond the limits is refused and ends the connection") {
    auto options = Conversation::without_token();
    options.command_bytes_max = 100;
    Conversation(options).play(Script()
                                   .send("c\nt\nkind\ns" + std::string(200, 'x'))
                                   .expect("!zsa command has more bytes than the limit allows\n"));
    options.command_bytes_max = 1000;
    options.arguments_max = 10;
    std::string many = "c\nt\nkind\n";
    for (int i = 0; i < 20; ++i) many += "i1\n";
    Conversation(options).play(
        Script().send(many).expect("!zsa command has more arguments than the limit allows\n"));
  }

  TEST_CASE("a call to Python goes out on the same connection and nested calls are served") {
    Conversation conversation(with_token());
    conversation.play(nested_conversation());
    CHECK(conversation.caller->released == std::vector<std::string>{"p0"});
  }

  TEST_CASE("an exception in Python reaches the caller with its traceback") {
    Conversation().play(
        Script()
            .send("c\nt\nask\nfp0;test.Op\ne\n")
            .expect("c\np0\nanswer\ni1\nsa\ne\n")
            .send("!xsTraceback:\\n  line\\nValueError: no\n")
            .expect("!xro0\n")
            .exchange("c\no0\ngetMessage\ne\n",
                      "!ysAn exception was raised by the Python Proxy. Return Message: "
                      "Traceback:\\n  line\\nValueError: no\n"));
  }

  TEST_CASE("an exception of ours that Python passes through arrives as itself") {
    Conversation().play(Script()
                            .send("c\nt\nask\nfp0;test.Op\ne\n")
                            .expect("c\np0\nanswer\ni1\nsa\ne\n")
                            .exchange("c\nt\npick\ne\n", "!xro0\n")
                            .send("!xro0\n")
                            .expect("!xro1\n")
                            .exchange("c\no1\nadvice\ne\n", "!ysrelax\n"));
  }

  TEST_CASE("an id that Python does not know leaves the connection out of step, so it is closed") {
    Conversation conversation;
    auto owned = std::make_unique<ScriptedTransport>(Script()
                                                         .send("c\nt\nask\nfp0;test.Op\ne\n")
                                                         .expect("c\np0\nanswer\ni1\nsa\ne\n")
                                                         .send("!xsObject ID unknown\n"));
    const auto& transport = *owned;
    Session session(*conversation.core, std::move(owned), Session::Opened::by_client);
    conversation.caller->session = &session;
    session.serve();
    CHECK(transport.was_cut());
    CHECK(session.is_broken());
  }

  TEST_CASE("arguments of a call on an object that Python does not know are not kept") {
    const auto kept_after = [](const char* answer) {
      Conversation conversation;
      Session session(*conversation.core,
                      std::make_unique<ScriptedTransport>(
                          Script().expect("c\np0\napply\ni1\nro0\ne\n").send(answer)),
                      Session::Opened::by_us);
      bool was_sent = false;
      CHECK_THROWS_AS(session.call("p0", "apply", {1, std::make_shared<Square>()}, was_sent),
                      PythonError);
      return conversation.core->objects.size();
    };
    CHECK(kept_after("!xsObject ID unknown\n") == 0);
    CHECK(kept_after("!xsValueError\n") == 1);  // Python has it, and lets go of it.
  }

  TEST_CASE("an object whose answer cannot be delivered is not kept") {
    Conversation conversation;
    constexpr std::size_t only_the_command = 1;
    Session session(
        *conversation.core,
        std::make_unique<ScriptedTransport>(Script().send("c\nt\ngrow\ni2\ne\n"), only_the_command),
        Session::Opened::by_client);
    session.serve();
    CHECK(conversation.core->objects.size() == 0);
  }

  TEST_CASE("calls that nest deeper than the limit fail, and the connection lives on") {
    auto options = Conversation::without_token();
    options.depth_max = 2;
    Conversation(options).play(
        Script()
            .send("c\nt\nask\nfp0;test.Op\ne\n")
            .expect("c\np0\nanswer\ni1\nsa\ne\n")
            .send("c\nt\nask\nfp1;test.Op\ne\n")
            .expect("!xro0\n")
            .exchange("c\no0\ngetMessage\ne\n",
                      "!yscalls between C++ and Python are nested 3 deep, which is the gateway's "
                      "limit (depth_max)\n")
            .exchange("!yi7\n", "!yi7\n"));
  }

  TEST_CASE("wherever the connection is cut, the session ends and nothing is thrown") {
    Conversation conversation(with_token());
    conversation.play_cut_at_every_step(nested_conversation());
    conversation.play_cut_at_every_step(
        Script().exchange("A\nse\\\\cret\n", "!yv\n").exchange("c\nt\nfail\ne\n", "!xro0\n"));
  }

  TEST_CASE("bytes that are no protocol at all never do harm") {
    const std::string letters = "cirafljmdhpsSAze!yn\n\n\n\nto0 1;:\\xff";
    std::uint32_t state = 12345;
    Conversation conversation;
    for (int round = 0; round < 500; ++round) {
      std::string noise;
      for (int i = 0; i < 60; ++i) {
        state = state * 1664525 + 1013904223;
        noise += letters[(state >> 16) % letters.size()];
      }
      struct Noise final : Transport {
        std::string bytes;
        std::size_t read(std::span<char> space, boost::system::error_code& error) override {
          const std::size_t count = std::min(space.size(), bytes.size());
          std::copy_n(bytes.begin(), count, space.begin());
          bytes.erase(0, count);
          if (count == 0) error = boost::asio::error::eof;
          return count;
        }
        void write(std::string_view, std::chrono::milliseconds,
                   boost::system::error_code&) override {}
        void shut_down() noexcept override { bytes.clear(); }
        bool wait_readable(std::chrono::milliseconds) override { return true; }
        std::uint16_t local_port() const override { return 1; }
        std::uint16_t remote_port() const override { return 2; }
      };
      auto transport = std::make_unique<Noise>();
      transport->bytes = noise;
      Session session(*conversation.core, std::move(transport), Session::Opened::by_client);
      CHECK_NOTHROW(session.serve());
    }
  }
}

}  // namespace py4cpp::test
