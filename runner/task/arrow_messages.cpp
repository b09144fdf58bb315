// SPDX-License-Identifier: Apache-2.0
#include "runner/task/arrow_messages.hpp"

#include <cstdint>
#include <cstring>
#include <optional>

namespace py4cpp::runner {
namespace {

constexpr std::int32_t continuation = -1;
// Fields of the table "Message" in Arrow's Message.fbs: a union is a type (1) and an offset (2).
constexpr std::size_t header_type_field = 1;
constexpr std::size_t header_field = 2;
constexpr std::size_t body_length_field = 3;
// In that union: a dictionary, whose table has a record batch, and a record batch.
constexpr std::uint8_t dictionary_batch_type = 2;
constexpr std::size_t dictionary_data_field = 1;
constexpr std::uint8_t record_batch_type = 3;
// Fields of the table "RecordBatch". A buffer is a struct of an offset and a length in the body; a
// compressed one begins with the length that it unpacks to, or -1 when it is not compressed.
constexpr std::size_t length_field = 0;
constexpr std::size_t buffers_field = 2;
constexpr std::size_t compression_field = 3;
constexpr std::size_t buffer_struct_bytes = 16;
constexpr std::int64_t not_compressed = -1;

// A little endian number of Arrow's; nothing when it lies outside of the metadata.
template <typename Number>
std::optional<Number> number_at(std::span<const std::byte> metadata, std::uint64_t at) {
  if (at > metadata.size() || metadata.size() - at < sizeof(Number)) return std::nullopt;
  Number value{};
  std::memcpy(&value, metadata.data() + at, sizeof value);
  return value;
}

// A Flatbuffers table: where it begins, and where its vtable does.
struct Table {
  std::span<const std::byte> metadata;
  std::uint64_t at = 0;
  std::uint64_t vtable = 0;
};

// The table that an offset at `from` leads to; nothing when it lies outside of the metadata.
std::optional<Table> table_behind(std::span<const std::byte> metadata, std::uint64_t from) {
  const auto offset = number_at<std::uint32_t>(metadata, from);
  if (!offset) return std::nullopt;
  const std::uint64_t at = from + *offset;
  const auto to_vtable = number_at<std::int32_t>(metadata, at);
  if (!to_vtable) return std::nullopt;
  const std::int64_t vtable = static_cast<std::int64_t>(at) - *to_vtable;
  if (vtable < 0) return std::nullopt;
  return Table{metadata, at, static_cast<std::uint64_t>(vtable)};
}

// Where a field of a table is, 0 when it has its default, which is not written; nothing when the
// table is malformed. A vtable begins with two sizes of two bytes; then each field has two bytes.
std::optional<std::uint64_t> place_of(const Table& table, std::size_t field) {
  const auto vtable_bytes = number_at<std::uint16_t>(table.metadata, table.vtable);
  if (!vtable_bytes) return std::nullopt;
  const std::size_t in_vtable = 4 + field * sizeof(std::uint16_t);
  if (*vtable_bytes < in_vtable + sizeof(std::uint16_t)) return 0;
  const auto offset = number_at<std::uint16_t>(table.metadata, table.vtable + in_vtable);
  if (!offset) return std::nullopt;
  return *offset == 0 ? 0 : table.at + *offset;
}

// A number in a table, or its default; nothing when the table is malformed.
template <typename Number>
std::optional<Number> field_of(const Table& table, std::size_t field) {
  const auto place = place_of(table, field);
  if (!place) return std::nullopt;
  return *place == 0 ? Number{} : number_at<Number>(table.metadata, *place);
}

// The table that a field of a table leads to, if there is one.
std::optional<Table> table_in(const Table& table, std::size_t field) {
  const auto place = place_of(table, field);
  if (!place || *place == 0) return std::nullopt;
  return table_behind(table.metadata, *place);
}

// The record batch in a message, also that of a dictionary.
std::optional<Table> batch_in(const Table& message, std::uint8_t type) {
  const auto header = table_in(message, header_field);
  if (type == record_batch_type || !header) return header;
  return type == dictionary_batch_type ? table_in(*header, dictionary_data_field) : std::nullopt;
}

// Whether what a worker counts is true shows when the batch is read.
std::uint64_t rows_of(const Table& batch) {
  const auto rows = field_of<std::int64_t>(batch, length_field);
  return rows && *rows > 0 ? static_cast<std::uint64_t>(*rows) : 0;
}

// Whether the buffers of a compressed batch unpack to `bytes_max` at most. Arrow finds what is
// wrong with them; but it makes room for what they say first.
bool unpacks_within(const Table& batch, std::span<const std::byte> body, std::uint64_t bytes_max) {
  const auto compression = place_of(batch, compression_field);
  const auto buffers = place_of(batch, buffers_field);
  if (!compression || *compression == 0 || !buffers || *buffers == 0) return true;
  const auto offset = number_at<std::uint32_t>(batch.metadata, *buffers);
  const std::uint64_t vector = *buffers + offset.value_or(0);
  const auto count = number_at<std::uint32_t>(batch.metadata, vector);
  std::uint64_t at = vector + sizeof(std::uint32_t);
  for (std::uint32_t i = 0; i < count.value_or(0); ++i, at += buffer_struct_bytes) {
    const auto begin = number_at<std::int64_t>(batch.metadata, at);
    const auto length = number_at<std::int64_t>(batch.metadata, at + sizeof(std::int64_t));
    if (!begin || !length) return true;
    if (*length == 0) continue;
    const auto unpacked = number_at<std::int64_t>(body, static_cast<std::uint64_t>(*begin));
    if (!unpacked || *unpacked == not_compressed) continue;
    if (static_cast<std::uint64_t>(*unpacked) > bytes_max) return false;
    bytes_max -= static_cast<std::uint64_t>(*unpacked);
  }
  return true;
}

ArrowMessage violation(std::string_view text) {
  return {.state = ArrowMessageState::violation, .violation = text};
}

ArrowMessage too_large(std::string_view text) {
  return {.state = ArrowMessageState::violation, .violation = text, .over_bound = true};
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
    return too_large("the metadata of an Arrow message is over the bound");
  }
  if (bytes.size() < before_body) return more(before_body);
  const auto message = table_behind(bytes.subspan(arrow_prefix_bytes, metadata_bytes), 0);
  const auto body = message ? field_of<std::int64_t>(*message, body_length_field) : std::nullopt;
  if (!body || *body < 0) return violation("the metadata of an Arrow message is malformed");
  if (static_cast<std::uint64_t>(*body) > message_bytes_max - before_body) {
    return too_large("an Arrow message is over the bound");
  }
  const std::size_t whole = before_body + static_cast<std::size_t>(*body);
  if (bytes.size() < whole) return more(whole);
  const auto type = field_of<std::uint8_t>(*message, header_type_field).value_or(0);
  const auto batch = batch_in(*message, type);
  if (batch && !unpacks_within(*batch, bytes.first(whole).subspan(before_body), message_bytes_max))
    return too_large("an Arrow message unpacks to more than the bound");
  return {.state = ArrowMessageState::whole,
          .bytes = whole,
          .metadata_bytes = metadata_bytes,
          .rows = batch && type == record_batch_type ? rows_of(*batch) : 0};
}

}  // namespace py4cpp::runner
