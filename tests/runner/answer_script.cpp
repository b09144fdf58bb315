// SPDX-License-Identifier: Apache-2.0
#include "answer_script.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>

#include "runner/frames.hpp"
#include "runner/pool/handshake.hpp"

namespace py4cpp::runner::test {
namespace {

template <typename Number>
void put(Bytes& bytes, std::size_t at, Number value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

}  // namespace

Reading read(AnswerParser& parser, const Bytes& bytes, std::size_t step) {
  Reading reading;
  std::size_t used = 0;
  std::size_t received = 0;
  for (;;) {
    const auto unread = std::span(bytes).subspan(used, received - used);
    const AnswerStep at = parser.parse(unread);
    if (at.event == AnswerEvent::frames) {
      const auto run = unread.first(at.consumed);
      reading.data += as_text(run);
      if (reading.arrow_begins_at == 0) {
        for (const Frame frame : frames_of(run)) {
          reading.frames.emplace_back(frame.is_null ? "(null)" : frame.text());
        }
      }
    }
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
      case AnswerEvent::arrow_begins:
        reading.arrow_begins_at = used;
        break;
      case AnswerEvent::frames:
      case AnswerEvent::progress:
      case AnswerEvent::results_done:
        break;
    }
  }
}

Answer& Answer::frame(std::string_view text) {
  BytesWriter(bytes_).text(text);
  return *this;
}

Answer& Answer::number(std::int32_t value) {
  BytesWriter(bytes_).i32(value);
  return *this;
}

Answer& Answer::timing(const std::vector<std::int64_t>& fields) {
  BytesWriter writer(bytes_);
  writer.i32(timing_data);
  for (const std::int64_t field : fields) writer.i64(field);
  return *this;
}

Answer& Answer::raw(const Bytes& bytes) {
  BytesWriter(bytes_).raw(bytes);
  return *this;
}

Answer& Answer::arrow_message(std::int64_t body_bytes) {
  const Bytes metadata = arrow_metadata(body_bytes);
  arrow_prefix(static_cast<std::int32_t>(metadata.size())).raw(metadata);
  return raw(Bytes(static_cast<std::size_t>(body_bytes), std::byte{'b'}));
}

Answer& Answer::arrow_prefix(std::int32_t metadata_bytes) {
  Bytes prefix(8, std::byte{0xff});
  put(prefix, 4, metadata_bytes);
  return raw(prefix);
}

Bytes arrow_metadata(std::int64_t body_bytes) {
  Bytes bytes(32);
  put(bytes, 0, std::uint32_t{16});  // where the table is
  put(bytes, 4, std::uint16_t{12});  // its vtable: the vtable's size,
  put(bytes, 6, std::uint16_t{16});  // the table's size, and the places of four fields
  put(bytes, 14, std::uint16_t{8});
  put(bytes, 16, std::int32_t{12});  // the table: how far back its vtable is, and the fourth field
  put(bytes, 24, body_bytes);
  return bytes;
}

}  // namespace py4cpp::runner::test
