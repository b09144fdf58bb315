// SPDX-License-Identifier: Apache-2.0
//
// The answer of a worker, byte by byte and cut at every place; and what no worker should send.
#include "runner/task/answer_parser.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "answer_script.hpp"

using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

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
    CHECK(parser.over_bound());
    CHECK(parser.violation() == "updates of accumulators with 1200 bytes are over the bound");
  }

  TEST_CASE("what is merely too large is told from what is no answer") {
    const auto is_over_bound = [](const Answer& answer) {
      AnswerParser parser(6, {.frame_bytes_max = 1000, .accumulators_max = 10});
      CHECK(read(parser, answer.bytes(), 1000).ending == "violation");
      return parser.over_bound();
    };
    CHECK(is_over_bound(Answer().number(1001)));
    CHECK(is_over_bound(Answer().number(python_exception).number(1001)));
    CHECK(is_over_bound(Answer().number(end_of_data).number(1).number(1001)));
    CHECK_FALSE(is_over_bound(Answer().number(-7)));
    CHECK_FALSE(is_over_bound(Answer().number(python_exception).number(-1)));
    CHECK_FALSE(is_over_bound(Answer().number(end_of_data).number(1).number(-5)));
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
