// SPDX-License-Identifier: Apache-2.0
#include "runner/arrow/ipc_writer.hpp"

#include <arrow/array/array_nested.h>
#include <arrow/buffer.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/writer.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "runner/arrow/status.hpp"
#include "runner/task/arrow_messages.hpp"
#include "runner/wire/wire.hpp"

namespace py4cpp::runner {
namespace {

constexpr const char* struct_column = "struct";
constexpr std::byte ff{0xff};
constexpr std::array<std::byte, arrow_prefix_bytes> end_of_arrow{ff, ff, ff, ff};
constexpr std::array<std::byte, 64> zeros{};

std::size_t padding(std::size_t size, std::int32_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return (unit - size % unit) % unit;
}

std::span<const std::byte> bytes_of(const arrow::Buffer& buffer) {
  return std::as_bytes(std::span(buffer.data(), static_cast<std::size_t>(buffer.size())));
}

void refuse_dictionaries(const arrow::Field& field, const arrow::DataType& type) {
  if (type.id() == arrow::Type::DICTIONARY) {
    throw Error("column '" + field.name() +
                "' is dictionary-encoded, which Python workers cannot take; decode it first");
  }
  for (const auto& child : type.fields()) refuse_dictionaries(field, *child->type());
}

std::shared_ptr<arrow::util::Codec> codec(const ArrowOptions& options) {
  arrow::Compression::type type = arrow::Compression::UNCOMPRESSED;
  switch (options.compression) {
    case ArrowCompression::none:
      return nullptr;
    case ArrowCompression::lz4:
      type = arrow::Compression::LZ4_FRAME;
      break;
    case ArrowCompression::zstd:
      type = arrow::Compression::ZSTD;
      break;
  }
  auto made = options.compression_level
                  ? arrow::util::Codec::Create(type, *options.compression_level)
                  : arrow::util::Codec::Create(type);
  return checked(std::move(made), "this Arrow library lacks the compression");
}

// The prefix and the padded metadata of a message.
std::shared_ptr<arrow::Buffer> message_head(const arrow::Buffer& metadata, std::int32_t alignment) {
  const auto size = static_cast<std::size_t>(metadata.size());
  const std::size_t padded = size + padding(arrow_prefix_bytes + size, alignment);
  std::string head(arrow_prefix_bytes + padded, '\0');
  std::memset(head.data(), 0xff, sizeof(std::int32_t));
  const auto length = static_cast<std::int32_t>(padded);
  std::memcpy(head.data() + sizeof length, &length, sizeof length);
  std::memcpy(head.data() + arrow_prefix_bytes, metadata.data(), size);
  return arrow::Buffer::FromString(std::move(head));
}

}  // namespace

void BytePieces::add(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  if (!bytes.empty()) pieces_.push_back({bytes, std::move(owner)});
}

std::span<const std::byte> BytePieces::next() {
  if (at_ > 0) pieces_[at_ - 1].owner.reset();
  if (at_ < pieces_.size()) return pieces_[at_++].bytes;
  pieces_.clear();
  at_ = 0;
  return {};
}

IpcWriter::IpcWriter(std::shared_ptr<arrow::Schema> schema, const ArrowOptions& options,
                     bool in_struct)
    : schema_(std::move(schema)),
      sent_schema_(schema_),
      options_(arrow::ipc::IpcWriteOptions::Defaults()) {
  if (!schema_) throw Error("a source of batches has no schema");
  for (const auto& field : schema_->fields()) refuse_dictionaries(*field, *field->type());
  if (in_struct) {
    sent_schema_ = arrow::schema({arrow::field(struct_column, arrow::struct_(schema_->fields()))});
  }
  options_.use_threads = false;  // a task has one thread here
  options_.codec = codec(options);
  arrow::ipc::IpcPayload payload;
  const arrow::ipc::DictionaryFieldMapper no_dictionaries;
  check(arrow::ipc::GetSchemaPayload(*sent_schema_, options_, no_dictionaries, &payload),
        "a schema cannot be written");
  schema_message_ = message_head(*payload.metadata, options_.alignment);
}

void IpcWriter::begin_stream(BytePieces& out) const {
  out.add(bytes_of(*schema_message_), schema_message_);
}

void IpcWriter::write(const std::shared_ptr<arrow::RecordBatch>& batch, BytePieces& out) const {
  if (batch->schema() != schema_ && !batch->schema()->Equals(*schema_, /*check_metadata=*/false)) {
    throw Error("a batch has another schema than its source: " + batch->schema()->ToString() +
                "\nin place of: " + schema_->ToString());
  }
  std::shared_ptr<arrow::RecordBatch> sent = batch;
  if (sent_schema_ != schema_) {
    const auto column = std::make_shared<arrow::StructArray>(sent_schema_->field(0)->type(),
                                                             batch->num_rows(), batch->columns());
    sent = arrow::RecordBatch::Make(sent_schema_, batch->num_rows(), {column});
  }
  arrow::ipc::IpcPayload payload;
  check(arrow::ipc::GetRecordBatchPayload(*sent, options_, &payload), "a batch cannot be written");
  write_payload(payload, out);
  out.add_rows(static_cast<std::uint64_t>(batch->num_rows()));
}

void IpcWriter::write_payload(const arrow::ipc::IpcPayload& payload, BytePieces& out) const {
  const auto head = message_head(*payload.metadata, options_.alignment);
  out.add(bytes_of(*head), head);
  for (const auto& buffer : payload.body_buffers) {
    if (!buffer) continue;
    out.add(bytes_of(*buffer), buffer);
    const auto size = static_cast<std::size_t>(buffer->size());
    out.add(std::span(zeros).first(padding(size, options_.alignment)));
  }
}

void IpcWriter::end_stream(BytePieces& out) { out.add(end_of_arrow); }

void IpcWriter::mark(std::int32_t number, BytePieces& out) {
  const std::uint32_t raw = big_endian(static_cast<std::uint32_t>(number));
  const auto buffer = arrow::Buffer::FromString(
      std::string(static_cast<const char*>(static_cast<const void*>(&raw)), sizeof raw));
  out.add(bytes_of(*buffer), buffer);
}

}  // namespace py4cpp::runner
