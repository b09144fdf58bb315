// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes how a worker's answer is parsed: however its bytes arrive, the same data and the same end
// come out, no more is asked for than the bounds allow, and what is held stays as it was. The first
// byte of the input chooses form, release and whether data are held, the second the size of a
// piece.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "runner/pool/task_meter.hpp"
#include "runner/task/answer_parser.hpp"
#include "runner/task/traceback.hpp"
#include "runner/wire/input_buffer.hpp"

namespace {

using namespace py4cpp::runner;

constexpr AnswerBounds bounds{.frame_bytes_max = 4'000, .accumulators_max = 20};
// A frame or message over its bound is a violation; with it go its lengths and a sentinel.
constexpr std::size_t wanted_max = 4'000 + 64;

struct Outcome {
  Bytes data;
  std::vector<Bytes> accumulators;
  std::string text;
  AnswerEvent end = AnswerEvent::more;
  bool reusable = false;
  bool operator==(const Outcome&) const = default;
};

// Data that somebody keeps without a copy, and what they were.
struct Held {
  std::shared_ptr<const void> memory;
  std::span<const std::byte> data;
  Bytes copy;
};

void receive(InputBuffer& buffer, std::size_t wanted, std::span<const std::byte>& bytes,
             std::size_t piece) {
  const std::span<std::byte> room = buffer.prepare(wanted, bounds.frame_bytes_max);
  const std::size_t count = std::min({room.size(), piece, bytes.size()});
  std::copy_n(bytes.begin(), count, room.begin());
  buffer.commit(count);
  bytes = bytes.subspan(count);
}

// What becomes of the parser's last word.
void finish(const AnswerParser& parser, AnswerEvent end, Outcome& outcome) {
  outcome.end = end;
  outcome.accumulators = parser.accumulator_updates();
  outcome.text = parser.traceback() + parser.violation();
  outcome.reusable = parser.reusable();
  if (exception_text(parser.traceback()).size() > parser.traceback().size()) std::abort();
  RunnerCounters counters;
  TaskMeter(counters).completed(parser.timing());
  if (counters.completed != 1) std::abort();
}

Outcome parse(std::span<const std::byte> bytes, std::uint8_t form, std::size_t piece) {
  AnswerParser parser((form & 2) != 0 ? 6 : 5, bounds,
                      (form & 1) != 0 ? AnswerForm::arrow_stream : AnswerForm::frames);
  const bool holds = (form & 4) != 0;
  InputBuffer buffer;
  std::vector<Held> held;
  Outcome outcome;
  while (outcome.end == AnswerEvent::more) {
    const AnswerStep step = parser.parse(buffer.unread());
    if (step.consumed > buffer.unread().size()) std::abort();
    const auto taken = buffer.unread().first(step.consumed);
    if (step.event == AnswerEvent::frames) {
      outcome.data.insert(outcome.data.end(), taken.begin(), taken.end());
      if (holds) held.push_back({buffer.hold(), taken, Bytes(taken.begin(), taken.end())});
    }
    buffer.consume(step.consumed);
    switch (step.event) {
      case AnswerEvent::more:
        if (step.wanted <= buffer.unread().size() || step.wanted > wanted_max) std::abort();
        if (bytes.empty()) return outcome;
        receive(buffer, step.wanted, bytes, piece);
        break;
      case AnswerEvent::frames:
        break;
      case AnswerEvent::arrow_begins:
        buffer.align();
        [[fallthrough]];
      case AnswerEvent::progress:
      case AnswerEvent::results_done:
        if (step.consumed == 0) std::abort();
        break;
      case AnswerEvent::traceback:
      case AnswerEvent::violation:
      case AnswerEvent::end:
        finish(parser, step.event, outcome);
    }
  }
  for (const Held& each : held) {
    if (!std::equal(each.data.begin(), each.data.end(), each.copy.begin())) std::abort();
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(2);
  if (parse(bytes, data[0], 1 + data[1]) != parse(bytes, data[0], bytes.size() + 1)) std::abort();
  return 0;
}
