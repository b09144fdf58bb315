// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes how a worker's answer is parsed: however its bytes arrive, the same data and the same end
// come out, and no more is asked for than the bounds allow. The first byte of the input chooses
// form and release, the second the size of a piece.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "runner/task/answer_parser.hpp"

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

Outcome parse(std::span<const std::byte> bytes, std::uint8_t form, std::size_t piece) {
  AnswerParser parser((form & 2) != 0 ? 6 : 5, bounds,
                      (form & 1) != 0 ? AnswerForm::arrow_stream : AnswerForm::frames);
  Outcome outcome;
  std::size_t begin = 0;
  std::size_t received = 0;
  for (;;) {
    const AnswerStep step = parser.parse(bytes.subspan(begin, received - begin));
    if (step.consumed > received - begin) std::abort();
    const auto taken = bytes.subspan(begin, step.consumed);
    begin += step.consumed;
    switch (step.event) {
      case AnswerEvent::more:
        if (step.wanted <= received - begin || step.wanted > wanted_max) std::abort();
        if (received == bytes.size()) return outcome;
        received = std::min(received + piece, bytes.size());
        break;
      case AnswerEvent::frames:
        outcome.data.insert(outcome.data.end(), taken.begin(), taken.end());
        break;
      case AnswerEvent::arrow_begins:
      case AnswerEvent::progress:
      case AnswerEvent::results_done:
        if (taken.empty()) std::abort();
        break;
      case AnswerEvent::traceback:
      case AnswerEvent::violation:
      case AnswerEvent::end:
        outcome.end = step.event;
        outcome.accumulators = parser.accumulator_updates();
        outcome.text = parser.traceback() + parser.violation();
        outcome.reusable = parser.reusable();
        return outcome;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(2);
  if (parse(bytes, data[0], 1 + data[1]) != parse(bytes, data[0], bytes.size() + 1)) std::abort();
  return 0;
}
