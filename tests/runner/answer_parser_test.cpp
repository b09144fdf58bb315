// SPDX-License-Identifier: Apache-2.0
//
// The answer of a worker, byte by byte and cut at every place; and what no worker should send.
#include "runner/task/answer_parser.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "runner/wire/bytes_writer.hpp"

using namespace py4cpp::runner;

namespace {

// What an answer says, as one text.
struct Reading {
  std::vector<std::string> frames;
  std::string ending;
  std::size_t wanted_max = 0;
  std::size_t left = 0;
};

void append_frames(std::span<const std::byte> run, std::vector<std::string>& frames) {
  while (!run.empty()) {
    const std::int32_t length = read_i32(run.data());
    run = run.subspan(length_bytes);
    if (length == null_item) {
      frames.emplace_back("(null)");
      continue;
    }
    const auto size = static_cast<std::size_t>(length);
    std::string text;
    for (const std::byte byte : run.first(size)) text += static_cast<char>(byte);
    frames.push_back(text);
    run = run.subspan(size);
  }
}

// Gives the parser the bytes `step` at a time, as a slow connection would.
Reading read(AnswerParser& parser, const Bytes& bytes, std::size_t step) {
  Reading reading;
  std::size_t used = 0;
  std::size_t received = 0;
  for (;;) {
    const auto unread = std::span(bytes).subspan(used, received - used);
    const AnswerStep at = parser.parse(unread);
    if (at.event == AnswerEvent::frames) append_frames(unread.first(at.consumed), reading.frames);
    used += at.consumed;
    reading.left = bytes.size() - used;
    reading.wanted_max = std::max(reading.wanted_max, at.wanted);
    switch (at.event) {
      case AnswerEvent::more:
        CHECK(at.wanted > unread.size());
        if (received == bytes.size()) {
          reading.ending = "cut";
          return reading;
        }
        received = std::min(received + step, bytes.size());
        break;
      case AnswerEvent::traceback:
        reading.ending = "traceback";
        return reading;
      case AnswerEvent::end:
        reading.ending = parser.reusable() ? "reusable" : "used up";
        return reading;
      case AnswerEvent::violation:
        reading.ending = "violation";
        return reading;
      case AnswerEvent::frames:
      case AnswerEvent::progress:
      case AnswerEvent::results_done:
        break;
    }
  }
}

class Answer {
 public:
  Answer& frame(std::string_view text) {
    BytesWriter(bytes_).text(text);
    return *this;
  }
  Answer& number(std::int32_t value) {
    BytesWriter(bytes_).i32(value);
    return *this;
  }
  Answer& timing(const std::vector<std::int64_t>& fields) {
    BytesWriter writer(bytes_);
    writer.i32(timing_data);
    for (const std::int64_t field : fields) writer.i64(field);
    return *this;
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

Answer full_answer() {
  Answer answer;
  answer.frame("one").frame("").number(null_item).frame("three").timing({10, 20, 30, 4, 5, 6});
  answer.number(end_of_data).number(2).frame("first update").frame("second").number(end_of_stream);
  return answer;
}

}  // namespace

TEST_SUITE("answer parser") {
  TEST_CASE("an answer reads the same however it is cut") {
    const Bytes bytes = full_answer().bytes();
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
      AnswerParser parser(6, {});
      const Reading reading = read(parser, bytes, step);
      CHECK(reading.frames == std::vector<std::string>{"one", "", "(null)", "three"});
      CHECK(reading.ending == "reusable");
      CHECK(reading.left == 0);
      CHECK(parser.accumulator_updates().size() == 2);
      CHECK(parser.accumulator_updates()[0].size() == 12);
      CHECK(parser.timing().started_ms == 10);
      CHECK(parser.timing().finished_ms == 30);
      CHECK(parser.timing().processing_ms == 4);
      CHECK(parser.timing().memory_bytes_spilled == 5);
      CHECK(parser.timing().disk_bytes_spilled == 6);
    }
  }

  TEST_CASE("an answer that ends too soon is never taken for a whole one") {
    const Bytes bytes = full_answer().bytes();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      AnswerParser parser(6, {});
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      CHECK(read(parser, cut, cut.size() + 1).ending == "cut");
    }
  }

  TEST_CASE("releases before 4.2 send five timing fields") {
    Answer answer;
    answer.timing({10, 20, 50, 7, 8}).number(end_of_data).number(0).number(end_of_stream);
    AnswerParser parser(5, {});
    CHECK(read(parser, answer.bytes(), 3).ending == "reusable");
    CHECK(parser.timing().processing_ms == 30);
    CHECK(parser.timing().memory_bytes_spilled == 7);
    CHECK(parser.timing().disk_bytes_spilled == 8);
  }

  TEST_CASE("a worker that stopped reading early says so") {
    Answer answer;
    answer.frame("x").number(end_of_data).number(0).number(end_of_data);
    AnswerParser parser(6, {});
    CHECK(read(parser, answer.bytes(), 100).ending == "used up");
  }

  TEST_CASE("a traceback may come in place of any frame") {
    Answer answer;
    answer.frame("one").number(python_exception).frame("Traceback ...\nValueError: no\n");
    for (std::size_t step = 1; step < 40; ++step) {
      AnswerParser parser(6, {});
      const Reading reading = read(parser, answer.bytes(), step);
      CHECK(reading.frames == std::vector<std::string>{"one"});
      CHECK(reading.ending == "traceback");
      CHECK(parser.traceback() == "Traceback ...\nValueError: no\n");
    }
  }

  TEST_CASE("the next task's bytes are left alone") {
    Answer answer;
    answer.number(end_of_data).number(0).number(end_of_stream).frame("not ours");
    AnswerParser parser(6, {});
    const Reading reading = read(parser, answer.bytes(), 1000);
    CHECK(reading.ending == "reusable");
    CHECK(reading.left == 12);
  }

  TEST_CASE("hostile lengths are refused before anything is allocated for them") {
    const AnswerBounds bounds{.frame_bytes_max = 1000, .accumulators_max = 10};
    const auto ending = [&](const Answer& answer) {
      AnswerParser parser(6, bounds);
      const Reading reading = read(parser, answer.bytes(), 1000);
      CHECK(reading.wanted_max <= 1008);
      return reading.ending;
    };
    CHECK(ending(Answer().number(1001)) == "violation");
    CHECK(ending(Answer().number(0x7fffffff)) == "violation");
    CHECK(ending(Answer().number(-6)) == "violation");
    CHECK(ending(Answer().number(-7)) == "violation");
    CHECK(ending(Answer().number(INT32_MIN)) == "violation");
    CHECK(ending(Answer().number(python_exception).number(-1)) == "violation");
    CHECK(ending(Answer().number(python_exception).number(1001)) == "violation");
    CHECK(ending(Answer().number(end_of_data).number(-1)) == "violation");
    CHECK(ending(Answer().number(end_of_data).number(11)) == "violation");
    CHECK(ending(Answer().number(end_of_data).number(1).number(-5)) == "violation");
    CHECK(ending(Answer().number(end_of_data).number(1).number(1001)) == "violation");
    CHECK(ending(Answer().number(end_of_data).number(0).number(0)) == "violation");
    CHECK(ending(Answer().number(1000)) == "cut");
  }

  TEST_CASE("accumulators are bounded together, not one by one") {
    Answer answer;
    answer.number(end_of_data).number(2).frame(std::string(600, 'x')).frame(std::string(600, 'x'));
    AnswerParser parser(6, {.frame_bytes_max = 1000, .accumulators_max = 10});
    CHECK(read(parser, answer.bytes(), 1000).ending == "violation");
  }

  TEST_CASE("frames before a hostile one are delivered first") {
    Answer answer;
    answer.frame("good").number(-9);
    AnswerParser parser(6, {});
    const Reading reading = read(parser, answer.bytes(), 1000);
    CHECK(reading.frames == std::vector<std::string>{"good"});
    CHECK(reading.ending == "violation");
  }
}
