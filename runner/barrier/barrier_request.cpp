// SPDX-License-Identifier: Apache-2.0
#include "runner/barrier/barrier_request.hpp"

#include <algorithm>
#include <string_view>

#include "base/token.hpp"
#include "runner/pool/handshake.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {

BarrierEvent BarrierRequestParser::next() {
  switch (section_) {
    case Section::secret:
      return read_secret();
    case Section::call:
      return read_call();
    case Section::message:
      return read_message();
    case Section::done:
      return buffer_.empty() ? BarrierEvent::more : BarrierEvent::violation;
  }
  return BarrierEvent::violation;
}

BarrierEvent BarrierRequestParser::read_secret() {
  std::string guess;
  BarrierEvent event = BarrierEvent::more;
  if (!read_text(static_cast<std::size_t>(handshake_text_bytes_max), guess, event)) return event;
  if (!equal_in_constant_time(guess, secret_)) return BarrierEvent::violation;
  section_ = Section::call;
  return BarrierEvent::authenticated;
}

BarrierEvent BarrierRequestParser::read_call() {
  if (buffer_.size() < length_bytes) return BarrierEvent::more;
  const std::int32_t number = read_i32(buffer_.data());
  buffer_.erase(buffer_.begin(), buffer_.begin() + length_bytes);
  if (number == static_cast<std::int32_t>(BarrierCall::all_gather)) {
    request_.call = BarrierCall::all_gather;
    section_ = Section::message;
    return read_message();
  }
  if (number != static_cast<std::int32_t>(BarrierCall::barrier)) return BarrierEvent::violation;
  section_ = Section::done;
  return buffer_.empty() ? BarrierEvent::request : BarrierEvent::violation;
}

BarrierEvent BarrierRequestParser::read_message() {
  BarrierEvent event = BarrierEvent::more;
  if (!read_text(message_bytes_max_, request_.message, event)) return event;
  section_ = Section::done;
  return buffer_.empty() ? BarrierEvent::request : BarrierEvent::violation;
}

// False when there is not a whole text; `event` says what to do then.
bool BarrierRequestParser::read_text(std::size_t bytes_max, std::string& text,
                                     BarrierEvent& event) {
  event = BarrierEvent::more;
  if (buffer_.size() < length_bytes) return false;
  const std::int32_t length = read_i32(buffer_.data());
  if (length < 0 || static_cast<std::size_t>(length) > bytes_max) {
    event = BarrierEvent::violation;
    return false;
  }
  const std::size_t whole = length_bytes + static_cast<std::size_t>(length);
  if (buffer_.size() < whole) return false;
  text = as_text(std::span(buffer_).subspan(length_bytes, whole - length_bytes));
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(whole));
  return true;
}

Bytes barrier_answer(std::span<const std::string> messages) {
  Bytes bytes;
  BytesWriter writer(bytes);
  writer.count(messages.size());
  for (const std::string& message : messages) writer.text(message);
  return bytes;
}

}  // namespace py4cpp::runner
