// SPDX-License-Identifier: Apache-2.0
#include "runner/task/arrow_messages.hpp"

#include <cstdint>
#include <cstring>
#include <optional>

namespace py4cpp::runner {
namespace {

constexpr std::int32_t continuation = -1;
// Field 3 of the table "Message" in Arrow's Message.fbs: `bodyLength: long`. A vtable begins with
// two sizes of two bytes; then each field has two bytes.
constexpr std::size_t body_length_in_vtable = 4 + 3 * 2;

// A little endian number of Arrow's; nothing when it lies outside of the metadata.
template <typename Number>
std::optional<Number> number_at(std::span<const std::byte> metadata, std::uint64_t at) {
  if (at > metadata.size() || metadata.size() - at < sizeof(Number)) return std::nullopt;
  Number value{};
  std::memcpy(&value, metadata.data() + at, sizeof value);
  return value;
}

// The length of the body that belongs to a Flatbuffers "Message"; nothing when it is malformed.
std::optional<std::int64_t> body_length(std::span<const std::byte> metadata) {
  const auto table = number_at<std::uint32_t>(metadata, 0);
  if (!table) return std::nullopt;
  const auto to_vtable = number_at<std::int32_t>(metadata, *table);
  if (!to_vtable) return std::nullopt;
  const std::int64_t vtable = std::int64_t{*table} - *to_vtable;
  if (vtable < 0) return std::nullopt;
  const auto at = static_cast<std::uint64_t>(vtable);
  const auto vtable_bytes = number_at<std::uint16_t>(metadata, at);
  if (!vtable_bytes) return std::nullopt;
  if (*vtable_bytes < body_length_in_vtable + sizeof(std::uint16_t)) return 0;
  const auto field = number_at<std::uint16_t>(metadata, at + body_length_in_vtable);
  if (!field) return std::nullopt;
  if (*field == 0) return 0;  // the default is not written
  return number_at<std::int64_t>(metadata, std::uint64_t{*table} + *field);
}

ArrowMessage violation(std::string_view text) {
  return {.state = ArrowMessageState::violation, .violation = text};
}

ArrowMessage more(std::size_t bytes) { return {.state = ArrowMessageState::more, .bytes = bytes}; }

}  // namespace

ArrowMessage find_arrow_message(std::span<const std::byte> bytes, std::size_t message_bytes_max) {
  if (bytes.size() < arrow_prefix_bytes) return more(arrow_prefix_bytes);
  if (number_at<std::int32_t>(bytes, 0) != continuation) {
    return violation("no message of an Arrow stream begins like this");
  }
  const std::int32_t length = *number_at<std::int32_t>(bytes, sizeof(std::int32_t));
  if (length == 0) {
    return {.state = ArrowMessageState::stream_end, .bytes = arrow_prefix_bytes};
  }
  if (length < 0) return violation("the metadata of an Arrow message has a negative length");
  const std::size_t metadata_bytes = static_cast<std::size_t>(length);
  const std::size_t before_body = arrow_prefix_bytes + metadata_bytes;
  if (before_body > message_bytes_max) {
    return violation("the metadata of an Arrow message is over the bound");
  }
  if (bytes.size() < before_body) return more(before_body);
  const auto body = body_length(bytes.subspan(arrow_prefix_bytes, metadata_bytes));
  if (!body || *body < 0) return violation("the metadata of an Arrow message is malformed");
  if (static_cast<std::uint64_t>(*body) > message_bytes_max - before_body) {
    return violation("an Arrow message is over the bound");
  }
  const std::size_t whole = before_body + static_cast<std::size_t>(*body);
  if (bytes.size() < whole) return more(whole);
  return {.state = ArrowMessageState::whole, .bytes = whole, .metadata_bytes = metadata_bytes};
}

}  // namespace py4cpp::runner
