// SPDX-License-Identifier: Apache-2.0
#include "runner/task/answer_parser.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "runner/task/arrow_messages.hpp"
#include "runner/wire/wire.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::size_t timing_field_bytes = 8;
constexpr int timing_fields_max = 6;

AnswerStep need(std::size_t wanted) {
  return {.event = AnswerEvent::more, .consumed = 0, .wanted = wanted};
}

AnswerStep took(AnswerEvent event, std::size_t consumed) {
  return {.event = event, .consumed = consumed, .wanted = 0};
}

// From one point in time to a later one. No overflow: points before 1970 count as 1970.
std::int64_t elapsed(std::int64_t from, std::int64_t to) {
  constexpr std::int64_t epoch = 0;
  return std::max(epoch, std::max(epoch, to) - std::max(epoch, from));
}

}  // namespace

AnswerStep AnswerParser::parse(std::span<const std::byte> bytes) {
  if (bytes.size() < length_bytes) return need(length_bytes);
  switch (section_) {
    case Section::data:
      return parse_data(bytes);
    case Section::arrow_stream:
      return parse_arrow_stream(bytes);
    case Section::accumulator_count:
      return parse_accumulator_count(bytes);
    case Section::accumulators:
      return parse_accumulator(bytes);
    case Section::final:
      return parse_final(bytes);
  }
  return violate("the parser is in no section");
}

AnswerStep AnswerParser::parse_data(std::span<const std::byte> bytes) {
  if (form_ == AnswerForm::arrow_stream) return parse_sentinel(read_i32(bytes.data()), bytes);
  std::size_t whole = 0;
  std::size_t wanted = length_bytes;
  while (bytes.size() - whole >= length_bytes) {
    const std::int32_t length = read_i32(bytes.data() + whole);
    if (length == null_item) {
      whole += length_bytes;
      ++frames_;
      continue;
    }
    if (length < 0) {
      if (whole > 0) break;
      return parse_sentinel(length, bytes);
    }
    const std::size_t size = static_cast<std::size_t>(length);
    if (size > bounds_.frame_bytes_max) {
      if (whole > 0) break;
      return exceed("a frame of " + std::to_string(size) + " bytes is over the bound");
    }
    wanted = length_bytes + size;
    if (bytes.size() - whole < wanted) break;
    whole += wanted;
    ++frames_;
  }
  return whole > 0 ? took(AnswerEvent::frames, whole) : need(wanted);
}

// Between two messages a traceback may stand in place of the rest; a message begins with ffffffff.
AnswerStep AnswerParser::parse_arrow_stream(std::span<const std::byte> bytes) {
  std::size_t whole = 0;
  while (section_ == Section::arrow_stream && bytes.size() - whole >= length_bytes) {
    if (read_i32(bytes.data() + whole) == python_exception) break;
    const ArrowMessage message = find_arrow_message(bytes.subspan(whole), bounds_.frame_bytes_max);
    if (message.state == ArrowMessageState::violation && whole == 0) {
      std::string text(message.violation);
      return message.over_bound ? exceed(std::move(text)) : violate(std::move(text));
    }
    if (message.state == ArrowMessageState::more && whole == 0) return need(message.bytes);
    if (message.state == ArrowMessageState::more || message.state == ArrowMessageState::violation) {
      break;
    }
    whole += message.bytes;
    rows_ += message.rows;
    if (message.state == ArrowMessageState::stream_end) section_ = Section::data;
  }
  return whole > 0 ? took(AnswerEvent::frames, whole) : parse_traceback(bytes);
}

AnswerStep AnswerParser::parse_sentinel(std::int32_t sentinel, std::span<const std::byte> bytes) {
  switch (sentinel) {
    case timing_data:
      return parse_timing(bytes);
    case python_exception:
      return parse_traceback(bytes);
    case start_of_arrow_stream:
      if (form_ != AnswerForm::arrow_stream || std::exchange(arrow_begun_, true)) {
        return violate("an Arrow stream begins where none belongs");
      }
      section_ = Section::arrow_stream;
      return took(AnswerEvent::arrow_begins, length_bytes);
    case end_of_data:
      section_ = Section::accumulator_count;
      return took(AnswerEvent::results_done, length_bytes);
    default:
      return violate("a frame has the length " + std::to_string(sentinel));
  }
}

AnswerStep AnswerParser::parse_timing(std::span<const std::byte> bytes) {
  const std::size_t wanted =
      length_bytes + static_cast<std::size_t>(timing_fields_) * timing_field_bytes;
  if (bytes.size() < wanted) return need(wanted);
  std::array<std::int64_t, timing_fields_max> fields{};
  for (std::size_t i = 0; i < static_cast<std::size_t>(timing_fields_); ++i) {
    fields[i] = read_i64(bytes.data() + length_bytes + i * timing_field_bytes);
  }
  // The wire has three points in time; what a reader wants is how long each phase took. Releases
  // that measure the processing put it before the two spilled amounts. A phase that ends before it
  // begins took no time: a worker may send any numbers.
  const bool measures_processing = timing_fields_ == timing_fields_max;
  timing_ = {.started_ms = fields[0],
             .initialised_ms = fields[1],
             .finished_ms = fields[2],
             .processing_ms = measures_processing ? fields[3] : elapsed(fields[1], fields[2]),
             .memory_bytes_spilled = measures_processing ? fields[4] : fields[3],
             .disk_bytes_spilled = measures_processing ? fields[5] : fields[4]};
  return took(AnswerEvent::progress, wanted);
}

AnswerStep AnswerParser::parse_traceback(std::span<const std::byte> bytes) {
  if (bytes.size() < 2 * length_bytes) return need(2 * length_bytes);
  const std::int32_t length = read_i32(bytes.data() + length_bytes);
  if (length < 0) return violate("a traceback has the length " + std::to_string(length));
  if (static_cast<std::size_t>(length) > bounds_.frame_bytes_max) {
    return exceed("a traceback of " + std::to_string(length) + " bytes is over the bound");
  }
  const std::size_t wanted = 2 * length_bytes + static_cast<std::size_t>(length);
  if (bytes.size() < wanted) return need(wanted);
  traceback_.resize(static_cast<std::size_t>(length));
  std::memcpy(traceback_.data(), bytes.data() + 2 * length_bytes, traceback_.size());
  return took(AnswerEvent::traceback, wanted);
}

AnswerStep AnswerParser::parse_accumulator_count(std::span<const std::byte> bytes) {
  const std::int32_t count = read_i32(bytes.data());
  if (count < 0 || static_cast<std::size_t>(count) > bounds_.accumulators_max) {
    return violate("a task updated " + std::to_string(count) + " accumulators");
  }
  accumulators_left_ = static_cast<std::size_t>(count);
  section_ = accumulators_left_ > 0 ? Section::accumulators : Section::final;
  return took(AnswerEvent::progress, length_bytes);
}

AnswerStep AnswerParser::parse_accumulator(std::span<const std::byte> bytes) {
  const std::int32_t length = read_i32(bytes.data());
  if (length < 0) {
    return violate("an accumulator's update has the length " + std::to_string(length));
  }
  const std::size_t size = static_cast<std::size_t>(length);
  if (accumulator_bytes_ + size > bounds_.frame_bytes_max) {
    return exceed("updates of accumulators with " + std::to_string(accumulator_bytes_ + size) +
                  " bytes are over the bound");
  }
  const std::size_t wanted = length_bytes + size;
  if (bytes.size() < wanted) return need(wanted);
  const auto update = bytes.subspan(length_bytes, size);
  accumulators_.emplace_back(update.begin(), update.end());
  accumulator_bytes_ += size;
  if (--accumulators_left_ == 0) section_ = Section::final;
  return took(AnswerEvent::progress, wanted);
}

AnswerStep AnswerParser::parse_final(std::span<const std::byte> bytes) {
  const std::int32_t last = read_i32(bytes.data());
  if (last != end_of_stream && last != end_of_data) {
    return violate("an answer ends with " + std::to_string(last));
  }
  reusable_ = last == end_of_stream;
  return took(AnswerEvent::end, length_bytes);
}

AnswerStep AnswerParser::exceed(std::string text) {
  over_bound_ = true;
  return violate(std::move(text));
}

AnswerStep AnswerParser::violate(std::string text) {
  violation_ = std::move(text);
  return took(AnswerEvent::violation, 0);
}

}  // namespace py4cpp::runner
