// SPDX-License-Identifier: Apache-2.0
//
// The Arrow form of an answer: one stream cut at every place, endings of every kind, and what no
// worker should send.
#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "answer_script.hpp"
#include "runner/pool/handshake.hpp"
#include "runner/task/answer_parser.hpp"
#include "runner/task/arrow_messages.hpp"

using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

constexpr std::size_t bound = 1000;

// A stream of three messages: with a body, without one, and with another one.
Answer stream() {
  Answer answer;
  answer.arrow_message(24).arrow_message(0).arrow_message(8);
  return answer;
}

Answer begun() { return Answer().number(start_of_arrow_stream).raw(stream().bytes()); }

std::string text_of(const Answer& answer) { return std::string(as_text(answer.bytes())); }

Reading read_arrow(const Answer& answer, std::size_t step, std::size_t bytes_max = bound) {
  AnswerParser parser(6, {.frame_bytes_max = bytes_max, .accumulators_max = 10},
                      AnswerForm::arrow_stream);
  return read(parser, answer.bytes(), step);
}

// Metadata with a number changed.
template <typename Number>
Bytes changed(std::size_t at, Number value) {
  Bytes metadata = arrow_metadata(8);
  std::memcpy(metadata.data() + at, &value, sizeof value);
  return metadata;
}

ArrowMessage find(const Bytes& metadata, std::size_t bytes_max = bound) {
  Answer answer;
  answer.arrow_prefix(static_cast<std::int32_t>(metadata.size())).raw(metadata);
  answer.raw(Bytes(64));
  return find_arrow_message(answer.bytes(), bytes_max);
}

}  // namespace

TEST_SUITE("arrow messages") {
  TEST_CASE("a message is whole when its body is, and says how much is missing before") {
    const Bytes bytes = Answer().arrow_message(24).bytes();
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
      const ArrowMessage message = find_arrow_message(std::span(bytes).first(length), bound);
      const bool whole = length == bytes.size();
      CHECK(message.state == (whole ? ArrowMessageState::whole : ArrowMessageState::more));
      CHECK(message.bytes == (length < 8 ? 8 : length < 40 ? 40 : 64));
    }
    CHECK(find_arrow_message(bytes, bound).metadata_bytes == 32);
  }

  TEST_CASE("a message whose table is too short to have the field has no body") {
    CHECK(find(changed(4, std::uint16_t{10})).bytes == 40);
    CHECK(find(changed(14, std::uint16_t{0})).bytes == 40);
  }

  TEST_CASE("offsets that point outside of the metadata are refused") {
    for (const std::uint32_t table : {29U, 32U, 33U, 0x7fffffffU, 0xffffffffU}) {
      CHECK(find(changed(0, table)).state == ArrowMessageState::violation);
    }
    for (const std::int32_t back : {17, -15, -16, 0x7fffffff, INT32_MIN}) {
      CHECK(find(changed(16, back)).state == ArrowMessageState::violation);
    }
    for (const std::uint16_t field : {std::uint16_t{9}, std::uint16_t{16}, std::uint16_t{0xffff}}) {
      CHECK(find(changed(14, field)).state == ArrowMessageState::violation);
    }
    for (std::size_t length = 1; length < 32; ++length) {
      Bytes metadata = arrow_metadata(8);
      metadata.resize(length);
      CHECK(find(metadata).state == ArrowMessageState::violation);
    }
  }

  TEST_CASE("every number at every place gives an answer within the bound") {
    for (std::size_t at = 0; at + 4 <= 32; ++at) {
      for (std::uint32_t value = 0; value < 64; ++value) {
        for (const std::uint32_t raw : {value, ~value, value << 24}) {
          const ArrowMessage message = find(changed(at, raw));
          CHECK(message.bytes <= bound);
        }
      }
    }
  }

  TEST_CASE("bodies are bounded together with their metadata") {
    CHECK(find(arrow_metadata(960)).state == ArrowMessageState::more);
    for (const std::int64_t body : {std::int64_t{961}, INT64_MAX, std::int64_t{-1}, INT64_MIN}) {
      CHECK(find(arrow_metadata(body)).state == ArrowMessageState::violation);
    }
  }
}

TEST_SUITE("arrow answers") {
  TEST_CASE("an Arrow answer reads the same however it is cut") {
    Answer answer = begun();
    answer.arrow_prefix(0).timing({10, 20, 30, 4, 5, 6});
    answer.number(end_of_data).number(1).frame("update").number(end_of_stream);
    const std::string expected = text_of(stream().arrow_prefix(0));
    for (std::size_t step = 1; step <= answer.bytes().size(); ++step) {
      const Reading reading = read_arrow(answer, step);
      CHECK(reading.arrow_begins_at == 4);
      CHECK(reading.data == expected);
      CHECK(reading.ending == "reusable");
      CHECK(reading.left == 0);
    }
  }

  TEST_CASE("an answer without a batch has no stream") {
    Answer answer;
    answer.timing({1, 2, 3, 4, 5, 6}).number(end_of_data).number(0).number(end_of_data);
    const Reading reading = read_arrow(answer, 5);
    CHECK(reading.data.empty());
    CHECK(reading.ending == "used up");
  }

  TEST_CASE("an Arrow answer that ends too soon is never taken for a whole one") {
    Answer answer = begun();
    answer.arrow_prefix(0).number(end_of_data).number(0).number(end_of_stream);
    const Bytes& bytes = answer.bytes();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      Answer cut;
      cut.raw(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)));
      CHECK(read_arrow(cut, bytes.size()).ending == "cut");
    }
  }

  TEST_CASE("a traceback may come in place of the stream, of any message, and after its end") {
    const Answer traceback = Answer().number(python_exception).frame("Traceback ...");
    const Answer before = Answer().raw(traceback.bytes());
    const Answer at_once = Answer().number(start_of_arrow_stream).raw(traceback.bytes());
    const Answer within = begun().raw(traceback.bytes());
    const Answer after_end = begun().arrow_prefix(0).raw(traceback.bytes());
    for (const Answer& answer : {before, at_once, within, after_end}) {
      for (std::size_t step = 1; step <= answer.bytes().size(); ++step) {
        CHECK(read_arrow(answer, step).ending == "traceback");
      }
    }
    CHECK(read_arrow(within, 1000).data == text_of(stream()));
  }

  TEST_CASE("messages before a hostile one are delivered first") {
    const Reading reading = read_arrow(begun().arrow_prefix(-5), 1000);
    CHECK(reading.data == text_of(stream()));
    CHECK(reading.ending == "violation");
  }

  TEST_CASE("what is no Arrow answer is refused before anything is allocated for it") {
    const auto ending = [](const Answer& answer) {
      const Reading reading = read_arrow(answer, 1000);
      CHECK(reading.wanted_max <= bound);
      return reading.ending;
    };
    const Answer start = Answer().number(start_of_arrow_stream);
    CHECK(ending(Answer().frame("a frame")) == "violation");
    CHECK(ending(Answer().number(null_item)) == "violation");
    CHECK(ending(Answer(start).number(start_of_arrow_stream).number(0)) == "violation");
    CHECK(ending(Answer(start).number(0).number(0)) == "violation");
    CHECK(ending(Answer(start).arrow_prefix(0).raw(start.bytes())) == "violation");
    CHECK(ending(Answer(start).arrow_prefix(993)) == "violation");
    CHECK(ending(Answer(start).arrow_prefix(0x7fffffff)) == "violation");
    CHECK(ending(Answer(start).arrow_prefix(INT32_MIN)) == "violation");
    CHECK(ending(Answer(start).arrow_prefix(32).raw(arrow_metadata(961))) == "violation");
    CHECK(ending(Answer(start).arrow_prefix(32).raw(arrow_metadata(960))) == "cut");
  }

  TEST_CASE("an Arrow stream among frames is refused") {
    AnswerParser parser(6, {});
    CHECK(read(parser, begun().bytes(), 100).ending == "violation");
  }
}
