// SPDX-License-Identifier: Apache-2.0
//
// The small parts that bytes pass through: input, buffers, lines, output logs, cancel tokens.
#include <doctest/doctest.h>
#include <poll.h>

#include <bit>
#include <memory>
#include <ranges>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "runner/cancel_token.hpp"
#include "runner/frames.hpp"
#include "runner/pipe/frame_lines.hpp"
#include "runner/pool/handshake.hpp"
#include "runner/pool/output_log.hpp"
#include "runner/task/task_input.hpp"
#include "runner/task/traceback.hpp"
#include "runner/wire/bytes_writer.hpp"
#include "runner/wire/input_buffer.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;

namespace {

Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// Yields runs one by one and counts how many were pulled.
class RunsSource final : public ByteSource {
 public:
  RunsSource(std::vector<Bytes> runs, int& pulled) : runs_(std::move(runs)), pulled_(pulled) {}
  std::span<const std::byte> next() override {
    if (at_ == runs_.size()) return {};
    ++pulled_;
    return runs_[at_++];
  }

 private:
  std::vector<Bytes> runs_;
  std::size_t at_ = 0;
  int& pulled_;
};

std::string send_all(TaskInput& input, std::size_t step) {
  std::string sent;
  while (input.pending()) {
    input.fill();
    const auto parts = input.unsent();
    const std::string both = std::string(as_text(parts[0])) + std::string(as_text(parts[1]));
    const std::size_t count = std::min(step, both.size());
    sent += both.substr(0, count);
    input.sent(count);
  }
  return sent;
}

const std::string end_marks = "\xff\xff\xff\xff\xff\xff\xff\xfc";

}  // namespace

TEST_SUITE("task input") {
  TEST_CASE("Arrow data has no mark of its own between it and the end of the task") {
    int pulled = 0;
    TaskInput input(bytes_of("header"),
                    std::make_unique<RunsSource>(std::vector<Bytes>{bytes_of("arrow")}, pulled),
                    InputEnd::of_arrow);
    CHECK(send_all(input, 4) == "headerarrow\xff\xff\xff\xfc");
    CHECK(input.data_sent());
  }

  TEST_CASE("header, data and end go out in order however little is taken at a time") {
    for (const std::size_t step : {1U, 3U, 7U, 1000U, 1'000'000U}) {
      int pulled = 0;
      TaskInput input(
          bytes_of("header"),
          std::make_unique<RunsSource>(
              std::vector<Bytes>{bytes_of("one"), Bytes(20'000, std::byte{'x'}), bytes_of("two")},
              pulled));
      CHECK(send_all(input, step) == "headerone" + std::string(20'000, 'x') + "two" + end_marks);
      CHECK(pulled == 3);
      CHECK(input.data_sent());
    }
  }

  TEST_CASE("a small task is one write") {
    int pulled = 0;
    TaskInput input(bytes_of("header"),
                    std::make_unique<RunsSource>(std::vector<Bytes>{bytes_of("data")}, pulled));
    input.fill();
    CHECK(input.unsent()[0].size() == 6 + 4 + 8);
    CHECK(input.unsent()[1].empty());
  }

  TEST_CASE("a large run is sent from its place, and no further one is pulled meanwhile") {
    int pulled = 0;
    TaskInput input(bytes_of("header"),
                    std::make_unique<RunsSource>(
                        std::vector<Bytes>(3, Bytes(1 << 20, std::byte{'x'})), pulled));
    input.fill();
    CHECK(input.unsent()[0].size() == 6);
    CHECK(input.unsent()[1].size() == 1 << 20);
    input.sent(100);
    input.fill();
    CHECK(pulled == 1);
  }

  TEST_CASE("data counts as sent when only the last mark is left") {
    TaskInput input(bytes_of("h"), std::make_unique<EmptySource>());
    CHECK_FALSE(input.data_sent());
    input.fill();
    input.sent(4);
    CHECK_FALSE(input.data_sent());
    input.sent(1);
    CHECK(input.data_sent());
    CHECK(input.pending());
    input.sent(4);
    CHECK_FALSE(input.pending());
  }

  TEST_CASE("input that is dropped is pending no more") {
    TaskInput input(bytes_of("h"), std::make_unique<EmptySource>());
    input.drop();
    CHECK_FALSE(input.pending());
  }
}

TEST_SUITE("input buffer") {
  TEST_CASE("bytes come out as they went in, across moves and growth") {
    InputBuffer buffer;
    std::string in;
    std::string out;
    for (int i = 0; i < 40; ++i) {
      const auto room = buffer.prepare(4);
      const std::size_t count = std::min<std::size_t>(room.size(), 50'000);
      for (std::size_t at = 0; at < count; ++at) {
        room[at] = static_cast<std::byte>((in.size() + at) % 251);
      }
      in += as_text(room.first(count));
      buffer.commit(count);
      const std::size_t used = std::min<std::size_t>(buffer.unread().size(), 37'777);
      out += as_text(buffer.unread().first(used));
      buffer.consume(used);
    }
    out += as_text(buffer.unread());
    CHECK(in == out);
  }

  TEST_CASE("a buffer grows only as bytes arrive, not as much as was promised") {
    InputBuffer buffer;
    CHECK(buffer.prepare(std::size_t{1} << 31).size() == InputBuffer::capacity_min);
    buffer.commit(InputBuffer::capacity_min);
    CHECK(buffer.prepare(std::size_t{1} << 31).size() == InputBuffer::capacity_min);
  }

  TEST_CASE("a buffer grows at once for what is within the trusted size") {
    InputBuffer buffer;
    CHECK(buffer.prepare(3 << 20, 4 << 20).size() == 3 << 20);
    buffer.commit(100);
    CHECK(buffer.prepare(4 << 20, 4 << 20).size() == (4 << 20) - 100);
    CHECK(buffer.unread().size() == 100);
  }

  TEST_CASE("bytes that are held stay as they are, whatever is received later") {
    InputBuffer buffer;
    std::vector<std::pair<std::shared_ptr<const void>, std::span<const std::byte>>> held;
    unsigned value = 0;
    for (int i = 0; i < 100; ++i) {
      const auto room = buffer.prepare(100'000);
      const std::size_t count = std::min<std::size_t>(room.size(), 50'000);
      for (std::byte& byte : room.first(count)) byte = static_cast<std::byte>(value++ % 251);
      buffer.commit(count);
      if (buffer.unread().size() < 100'000) continue;
      const auto run = buffer.unread().first(100'000);
      held.emplace_back(buffer.hold(), run);
      buffer.consume(run.size());
    }
    buffer.trim();
    CHECK(buffer.prepare(1).size() == InputBuffer::capacity_min);
    CHECK(held.size() > 40);
    value = 0;
    bool same = true;
    for (const auto& [owner, run] : held) {
      for (const std::byte byte : run) same = same && byte == static_cast<std::byte>(value++ % 251);
    }
    CHECK(same);
  }

  TEST_CASE("held bytes lie side by side in large pieces of memory") {
    InputBuffer buffer;
    const void* last = nullptr;
    int pieces = 0;
    for (int i = 0; i < 300; ++i) {
      buffer.prepare(10'000);
      buffer.commit(10'000);
      const auto owner = buffer.hold();
      buffer.consume(10'000);
      pieces += owner.get() == last ? 0 : 1;
      last = owner.get();
    }
    CHECK(pieces <= 5);
  }

  TEST_CASE("an aligned beginning stays aligned across moves and growth") {
    InputBuffer buffer;
    buffer.prepare(4);
    buffer.commit(1'000);
    buffer.consume(4);
    buffer.align();
    CHECK(buffer.unread().size() == 996);
    for (int i = 0; i < 2'000; ++i) {
      const auto room = buffer.prepare(i % 40 == 0 ? 400'000 : 4);
      buffer.commit(std::min<std::size_t>(room.size(), 8'000));
      CHECK(std::bit_cast<std::uintptr_t>(buffer.unread().data()) % InputBuffer::alignment == 0);
      if (i % 7 == 0) buffer.hold();
      const std::size_t used = buffer.unread().size() / InputBuffer::alignment;
      buffer.consume(std::min<std::size_t>(used, 600) * InputBuffer::alignment);
    }
  }

  TEST_CASE("a buffer that held a large frame can be made small again") {
    InputBuffer buffer;
    for (int i = 0; i < 4; ++i) buffer.commit(buffer.prepare(std::size_t{8} << 20).size());
    buffer.consume(buffer.unread().size());
    buffer.trim();
    CHECK(buffer.prepare(4).size() == InputBuffer::capacity_min);
  }
}

TEST_SUITE("frames and lines") {
  TEST_CASE("frames become lines and lines frames") {
    Bytes frames;
    BytesWriter writer(frames);
    writer.text("one");
    writer.i32(null_item);
    writer.text("");
    Bytes lines;
    FramesToLines().convert(frames, lines);
    CHECK(as_text(lines) == "one\nnull\n\n");
  }

  TEST_CASE("a run is a range of its frames, nulls among them") {
    static_assert(std::ranges::forward_range<Frames>);
    Bytes run;
    append_frame(run, "one");
    append_null_frame(run);
    append_frame(run, "");
    append_frame(run, std::as_bytes(std::span("two", 3)));
    std::string all;
    for (const Frame frame : frames_of(run)) {
      all += (frame.is_null ? "(null)" : std::string(frame.text())) + "|";
    }
    CHECK(all == "one|(null)||two|");
    CHECK(frames_of({}).begin() == frames_of({}).end());
    const auto go_through = [](std::span<const std::byte> bytes) {
      for ([[maybe_unused]] const Frame frame : frames_of(bytes)) {
      }
    };
    for (const std::size_t size : {1U, 6U, 9U, 17U}) {
      CAPTURE(size);
      CHECK_THROWS_WITH_AS(go_through(std::span(run).first(size)),
                           doctest::Contains("a run of frames ends within a"), Error);
    }
    CHECK_THROWS_WITH_AS(go_through(Bytes(4, std::byte{0xff})),
                         "a run of frames holds a frame of the length -1", Error);
  }

  TEST_CASE("a run that is cut in a frame is refused") {
    Bytes frames;
    BytesWriter(frames).text("one");
    Bytes lines;
    for (std::size_t size = 1; size < frames.size(); ++size) {
      CHECK_THROWS_AS(FramesToLines().convert(std::span(frames).first(size), lines), Error);
    }
  }

  TEST_CASE("lines are found however the text is cut, whatever ends them") {
    const std::string text = "one\ntwo\r\n\nthree\rfour\r\n\r\nlast";
    for (std::size_t step = 1; step <= text.size(); ++step) {
      LinesToFrames converter(100);
      std::string got;
      const auto take = [&] {
        for (const Frame frame : frames_of(converter.take())) {
          got += std::string(frame.text()) + "|";
        }
      };
      for (std::size_t at = 0; at < text.size(); at += step) {
        converter.feed(std::string_view(text).substr(at, step));
        take();
      }
      converter.finish();
      take();
      CHECK(got == "one|two||three|four||last|");
    }
  }

  TEST_CASE("a line over the bound is an error") {
    LinesToFrames converter(5);
    CHECK_NOTHROW(converter.feed("12345\n"));
    CHECK_THROWS_AS(converter.feed("123456"), Error);
  }
}

TEST_SUITE("output log") {
  TEST_CASE("lines are forwarded and the last ones kept") {
    std::string forwarded;
    OutputLog log(2,
                  [&](std::string_view line, LinePart) { forwarded += std::string(line) + "|"; });
    LineSplitter splitter(log, {.line_bytes_max = 100, .record_bytes_max = 100});
    splitter.feed("one\ntw");
    const auto mark = log.mark();
    splitter.feed("o\nthree\nfour");
    CHECK(log.last_lines() == std::vector<std::string>{"two", "three"});
    splitter.finish();
    CHECK(forwarded == "one|two|three|four|");
    CHECK(log.last_lines(mark) == std::vector<std::string>{"three", "four"});
    CHECK(log.last_lines(log.mark()).empty());
  }

  TEST_CASE("a line without an end is cut at the bound") {
    std::string all;
    OutputLog log(2, [&](std::string_view line, LinePart part) {
      CHECK(line.size() <= 4);
      all += std::string(line) + (part == LinePart::whole ? "|" : "~");
    });
    LineSplitter splitter(log, {.line_bytes_max = 4, .record_bytes_max = 4});
    splitter.feed("123456789");
    splitter.feed("\n\n1234\n12");
    splitter.feed("345\n");
    splitter.feed("x");
    splitter.finish();
    CHECK(all == "1234~5678~9~|1234|1234~5~x|");
  }

  TEST_CASE("a record may be longer than other lines, and is cut at a bound of its own") {
    std::string all;
    OutputLog log(2, [&](std::string_view line, LinePart part) {
      all += std::string(line) + (part == LinePart::whole ? "|" : "~");
    });
    LineSplitter splitter(log, {.line_bytes_max = 30, .record_bytes_max = 40});
    const std::string record = std::string(record_mark) + "1:";  // 24 bytes
    for (const std::size_t step : {1U, 7U, 1000U}) {
      all.clear();
      const std::string text = record + std::string(16, 'a') + "\n" + record +
                               std::string(20, 'b') + "\n" + std::string(31, 'c') + "\n";
      for (std::size_t at = 0; at < text.size(); at += step) {
        splitter.feed(std::string_view(text).substr(at, step));
      }
      CHECK(all == record + std::string(16, 'a') + "|" + record + std::string(16, 'b') + "~bbbb~" +
                       std::string(30, 'c') + "~c~");
    }
  }
}

TEST_SUITE("cancel token") {
  TEST_CASE("cancelling wakes who waits, and the first reason stays") {
    CancelToken token;
    CHECK_NOTHROW(token.throw_if_cancelled());
    std::jthread other([&] {
      token.cancel("job 7 was cancelled");
      token.cancel("too late");
    });
    pollfd entry{token.fd(), POLLIN, 0};
    CHECK(::poll(&entry, 1, 20'000) == 1);
    other.join();
    CHECK(token.cancelled());
    CHECK_THROWS_WITH_AS(token.throw_if_cancelled(), "job 7 was cancelled", TaskCancelled);
  }
}

TEST_SUITE("traceback") {
  TEST_CASE("the exception is what follows the last frame") {
    const std::string frames =
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\n    ^^^\n"
        "  File \"b.py\", line 2, in g\n    raise ValueError\n";
    CHECK(exception_text(frames + "ValueError: no\n") == "ValueError: no");
    CHECK(exception_text(frames + "x.Y: one\n  two\nthree\n") == "x.Y: one\n  two\nthree");
    CHECK(exception_text("no traceback") == "no traceback");
    CHECK(exception_text("") == "");
  }
}
