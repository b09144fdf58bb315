// SPDX-License-Identifier: Apache-2.0
//
// Barrier requests and rounds, without sockets.
#include <doctest/doctest.h>

#include "runner/barrier/barrier_request.hpp"
#include "runner/barrier/barrier_rounds.hpp"
#include "runner/wire/bytes_writer.hpp"

using namespace py4cpp::runner;

namespace {

using Arrival = BarrierRounds::Arrival;

Bytes gather_request(const std::string& message, const std::string& secret = {}) {
  Bytes bytes;
  BytesWriter writer(bytes);
  if (!secret.empty()) writer.text(secret);
  writer.i32(2);
  writer.text(message);
  return bytes;
}

Bytes number(std::int32_t value) {
  Bytes bytes;
  BytesWriter(bytes).i32(value);
  return bytes;
}

BarrierRequest gather(const std::string& message) { return {BarrierCall::all_gather, message}; }

}  // namespace

TEST_SUITE("barrier requests") {
  TEST_CASE("a request is read however its bytes are cut") {
    const Bytes bytes = gather_request("hello", "secret");
    BarrierRequestParser parser("secret", 100);
    bool authenticated = false;
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
      parser.feed(std::span(bytes).subspan(i, 1));
      const BarrierEvent event = parser.next();
      if (event == BarrierEvent::authenticated) {
        CHECK_FALSE(authenticated);
        authenticated = true;
      } else {
        CHECK(event == BarrierEvent::more);
      }
    }
    CHECK(authenticated);
    parser.feed(std::span(bytes).last(1));
    CHECK(parser.next() == BarrierEvent::request);
    CHECK(parser.request().call == BarrierCall::all_gather);
    CHECK(parser.request().message == "hello");
    CHECK(parser.next() == BarrierEvent::more);
  }

  TEST_CASE("a barrier needs no message, and a Unix socket no secret") {
    BarrierRequestParser parser("", 100);
    parser.feed(number(1));
    CHECK(parser.next() == BarrierEvent::request);
    CHECK(parser.request().call == BarrierCall::barrier);
  }

  TEST_CASE("a wrong secret, an unknown call and a bad length are violations") {
    BarrierRequestParser stranger("secret", 100);
    stranger.feed(gather_request("hello", "guess!"));
    CHECK(stranger.next() == BarrierEvent::violation);
    BarrierRequestParser unknown("", 100);
    unknown.feed(number(3));
    CHECK(unknown.next() == BarrierEvent::violation);
    for (const std::int32_t length : {-1, 101, 0x7fffffff}) {
      BarrierRequestParser parser("", 100);
      parser.feed(number(2));
      parser.feed(number(length));
      CHECK(parser.next() == BarrierEvent::violation);
    }
  }

  TEST_CASE("bytes after a request are a violation") {
    BarrierRequestParser parser("", 100);
    parser.feed(number(1));
    parser.feed(number(1));
    CHECK(parser.next() == BarrierEvent::violation);
  }
}

TEST_SUITE("barrier rounds") {
  TEST_CASE("a round is over when all have arrived, and the messages come in the tasks' order") {
    BarrierRounds rounds(3);
    CHECK(rounds.arrive(2, gather("c")) == Arrival::waits);
    CHECK(rounds.arrive(0, gather("a")) == Arrival::waits);
    CHECK(rounds.waiting());
    CHECK(rounds.arrive(1, gather("b")) == Arrival::last);
    CHECK(rounds.take_answer() == barrier_answer(std::vector<std::string>{"a", "b", "c"}));
    CHECK_FALSE(rounds.waiting());
    CHECK(rounds.arrive(1, {}) == Arrival::waits);
    CHECK(rounds.arrive(0, {}) == Arrival::waits);
    CHECK(rounds.arrive(2, {}) == Arrival::last);
    CHECK(rounds.failure().empty());
  }

  TEST_CASE("different calls in one round fail the stage for good") {
    BarrierRounds rounds(2);
    CHECK(rounds.arrive(0, {}) == Arrival::waits);
    CHECK(rounds.arrive(1, gather("b")) == Arrival::failed);
    CHECK(rounds.failure().find("allGather()") != std::string::npos);
    CHECK(rounds.arrive(1, {}) == Arrival::failed);
  }

  TEST_CASE("a task that leaves fails those who wait, one that never came does not") {
    BarrierRounds rounds(2);
    rounds.leave(0);
    CHECK(rounds.failure().empty());
    rounds.arrive(0, {});
    rounds.leave(0);
    CHECK(rounds.failure().find("task 0") != std::string::npos);
  }

  TEST_CASE("a task cannot arrive twice in a round") {
    BarrierRounds rounds(2);
    rounds.arrive(0, {});
    CHECK(rounds.arrive(0, {}) == Arrival::failed);
  }
}
