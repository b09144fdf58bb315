// SPDX-License-Identifier: Apache-2.0
//
// Reads a worker's answer from bytes as they come, without I/O: data (frames, or one Arrow stream),
// timing, accumulators and the end, or a traceback in place of any of them. PROTOCOL.md, "The
// answer", has the bytes.
//
//   while (true) {
//     const AnswerStep step = parser.parse(buffer.unread());
//     if (step.event == AnswerEvent::more) { receive at least step.wanted bytes in all; continue; }
//     use the first step.consumed bytes; buffer.consume(step.consumed);
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runner/byte_source.hpp"
#include "runner/python_runner.hpp"

namespace py4cpp::runner {

enum class AnswerEvent {
  more,          ///< nothing whole yet: `wanted` bytes must lie in the buffer
  frames,        ///< the first `consumed` bytes are whole data frames or Arrow messages
  arrow_begins,  ///< the Arrow stream begins after the `consumed` bytes
  progress,      ///< something other than data was taken in; parse again
  results_done,  ///< all frames came; what follows is accounts
  traceback,     ///< the function raised: `traceback()`; nothing follows
  end,           ///< the answer is complete: `reusable()`
  violation,     ///< the bytes are no answer: `violation()`
};

struct AnswerStep {
  AnswerEvent event = AnswerEvent::more;
  std::size_t consumed = 0;
  std::size_t wanted = 0;
};

/// What the data of an answer consists of.
enum class AnswerForm {
  frames,
  arrow_stream,  ///< one stream with its end; none at all when there is no batch
};

/// An Arrow message is bounded as a frame is, and so are a traceback and all accumulators together.
struct AnswerBounds {
  std::size_t frame_bytes_max = 0x7fffffff;
  std::size_t accumulators_max = 1'000'000;
};

/// Parses one answer. Whatever a worker sends, it takes constant time per call and per frame or
/// message, and asks for no more than `frame_bytes_max` and two lengths.
class AnswerParser {
 public:
  AnswerParser(int timing_fields, AnswerBounds bounds, AnswerForm form = AnswerForm::frames)
      : timing_fields_(timing_fields), bounds_(bounds), form_(form) {}

  /// Looks at all bytes that were received and not yet consumed. They always begin where the last
  /// step's consumed bytes ended.
  AnswerStep parse(std::span<const std::byte> bytes);

  /// How many of them the frames or messages so far were: whole frames, or rows of record batches.
  std::uint64_t frames() const { return frames_; }
  std::uint64_t rows() const { return rows_; }
  const TaskTiming& timing() const { return timing_; }
  const std::vector<Bytes>& accumulator_updates() const { return accumulators_; }
  const std::string& traceback() const { return traceback_; }
  const std::string& violation() const { return violation_; }
  /// The violation is nothing but a size: the answer has a piece that is over the bound.
  bool over_bound() const { return over_bound_; }
  /// True when the worker read its input to the end and can serve the next task.
  bool reusable() const { return reusable_; }
  /// True when only the last word, whether the worker can be reused, is to come.
  bool accounts_done() const { return section_ == Section::final; }

 private:
  enum class Section { data, arrow_stream, accumulator_count, accumulators, final };

  AnswerStep parse_data(std::span<const std::byte> bytes);
  AnswerStep parse_arrow_stream(std::span<const std::byte> bytes);
  AnswerStep parse_sentinel(std::int32_t sentinel, std::span<const std::byte> bytes);
  AnswerStep parse_timing(std::span<const std::byte> bytes);
  AnswerStep parse_traceback(std::span<const std::byte> bytes);
  AnswerStep parse_accumulator_count(std::span<const std::byte> bytes);
  AnswerStep parse_accumulator(std::span<const std::byte> bytes);
  AnswerStep parse_final(std::span<const std::byte> bytes);
  AnswerStep violate(std::string text);
  AnswerStep exceed(std::string text);

  int timing_fields_;
  AnswerBounds bounds_;
  AnswerForm form_;
  bool arrow_begun_ = false;
  Section section_ = Section::data;
  std::uint64_t frames_ = 0;
  std::uint64_t rows_ = 0;
  TaskTiming timing_;
  std::size_t accumulators_left_ = 0;
  std::size_t accumulator_bytes_ = 0;
  std::vector<Bytes> accumulators_;
  std::string traceback_;
  std::string violation_;
  bool over_bound_ = false;
  bool reusable_ = false;
};

}  // namespace py4cpp::runner
