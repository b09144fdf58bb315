// SPDX-License-Identifier: Apache-2.0
//
// Answers of workers written field by field, and read back in pieces of any size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runner/task/answer_parser.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner::test {

/// What an answer says, as texts.
struct Reading {
  std::string data = {};                 ///< the bytes of all runs
  std::vector<std::string> frames = {};  ///< of an answer with frames
  std::string ending = {};
  std::size_t arrow_begins_at = 0;  ///< bytes before the Arrow stream, 0 without one
  std::size_t wanted_max = 0;
  std::size_t left = 0;
};

/// Gives the parser the bytes `step` at a time, as a slow connection would.
Reading read(AnswerParser& parser, const Bytes& bytes, std::size_t step);

/// Fields in the order of the calls.
class Answer {
 public:
  Answer& frame(std::string_view text);
  Answer& number(std::int32_t value);
  Answer& timing(const std::vector<std::int64_t>& fields);
  Answer& raw(const Bytes& bytes);
  /// The smallest Arrow message that there is, with so long a body.
  Answer& arrow_message(std::int64_t body_bytes);
  /// A prefix as of an Arrow message, little endian.
  Answer& arrow_prefix(std::int32_t metadata_bytes);

  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

/// The metadata of an Arrow message, of which only the length of the body can be told.
Bytes arrow_metadata(std::int64_t body_bytes);

}  // namespace py4cpp::runner::test
