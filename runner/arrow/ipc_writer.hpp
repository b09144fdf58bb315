// SPDX-License-Identifier: Apache-2.0
//
// Batches as the bytes of Arrow IPC streams, handed out in pieces: small ones for metadata, and the
// buffers of the batches where they lie. Nothing of a body is copied.
#pragma once

#include <arrow/ipc/options.h>
#include <arrow/record_batch.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "runner/arrow/arrow_options.hpp"

namespace arrow::ipc {
struct IpcPayload;
}

namespace py4cpp::runner {

/// Bytes in the order in which they were added, each piece with an owner. Belongs to one thread.
class BytePieces {
 public:
  /// `owner` keeps `bytes`; none is needed for those that live as long as the program.
  void add(std::span<const std::byte> bytes, std::shared_ptr<const void> owner = {});

  /// The next piece, never empty but at the end. Valid until the next call of any function.
  std::span<const std::byte> next();

  /// Rows of all batches that were added.
  void add_rows(std::uint64_t rows) { rows_ += rows; }
  std::uint64_t rows() const { return rows_; }

 private:
  struct Piece {
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
  };
  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
  std::uint64_t rows_ = 0;
};

/// Writes streams of batches of one schema.
class IpcWriter {
 public:
  /// With `in_struct`, all columns go as fields of one struct column, named "struct". Throws Error
  /// when a column is dictionary-encoded, or the compression is not in this build of Arrow.
  IpcWriter(std::shared_ptr<arrow::Schema> schema, const ArrowOptions& options, bool in_struct);

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }

  void begin_stream(BytePieces& out) const;
  /// Throws Error when the batch has another schema.
  void write(const std::shared_ptr<arrow::RecordBatch>& batch, BytePieces& out) const;
  static void end_stream(BytePieces& out);
  /// A number of the worker's protocol between streams.
  static void mark(std::int32_t number, BytePieces& out);

 private:
  void write_payload(const arrow::ipc::IpcPayload& payload, BytePieces& out) const;

  const std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::Schema> sent_schema_;  // with all columns in one, if they go so
  arrow::ipc::IpcWriteOptions options_;
  std::shared_ptr<arrow::Buffer> schema_message_;
};

}  // namespace py4cpp::runner
