// SPDX-License-Identifier: Apache-2.0
//
// Arrow tables in shared memory, for programs that use Arrow C++ themselves; py4cpp does not. Only
// this header needs Arrow's.
//
//   type.method("trades", [](const Market& self) { return py4cpp::to_shared(*self.trades()); });
//   type.method("load", [](Market& self, std::shared_ptr<py4cpp::SharedBuffer> buffer) {
//     self.load(py4cpp::table_from(std::move(buffer)));
//   });
//
//   table = py4cpp.bulk.to_arrow(market.trades())            # Python
//   market.load(py4cpp.bulk.from_arrow(gateway, table))
#pragma once

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/table.h>

#include <memory>
#include <string>
#include <utility>

#include "bulk.hpp"

namespace py4cpp {

namespace detail {

/// Arrow's memory that is a SharedBuffer's, and keeps it.
class ArrowView final : public arrow::Buffer {
 public:
  explicit ArrowView(std::shared_ptr<const SharedBuffer> buffer)
      : arrow::Buffer(reinterpret_cast<const std::uint8_t*>(buffer->bytes().data()),
                      static_cast<std::int64_t>(buffer->bytes().size())),
        buffer_(std::move(buffer)) {}

 private:
  const std::shared_ptr<const SharedBuffer> buffer_;
};

inline void require(const arrow::Status& status) {
  if (!status.ok()) throw Error("Arrow: " + status.ToString());
}

template <class T>
T value_of(arrow::Result<T> result) {
  require(result.status());
  return std::move(result).ValueUnsafe();
}

inline void write_stream(const arrow::Table& table, arrow::io::OutputStream& sink) {
  const auto writer = value_of(arrow::ipc::MakeStreamWriter(&sink, table.schema()));
  require(writer->WriteTable(table));
  require(writer->Close());
}

}  // namespace detail

/// The table as an IPC stream in shared memory. Its size is counted first, then it is written once.
/// Throws Error when Arrow cannot write it or there is no memory.
inline std::shared_ptr<SharedBuffer> to_shared(const arrow::Table& table) {
  arrow::io::MockOutputStream counter;
  detail::write_stream(table, counter);
  const auto size = counter.GetExtentBytesWritten();
  auto buffer = SharedBuffer::allocate(static_cast<std::size_t>(size),
                                       std::string(SharedBuffer::arrow_format));
  arrow::io::FixedSizeBufferWriter sink(std::make_shared<arrow::MutableBuffer>(
      reinterpret_cast<std::uint8_t*>(buffer->bytes().data()), size));
  detail::write_stream(table, sink);
  return buffer;
}

/// The table in a buffer that Python or to_shared made. Its columns lie in the buffer and keep it
/// alive. Throws Error when there is no IPC stream in it.
inline std::shared_ptr<arrow::Table> table_from(std::shared_ptr<const SharedBuffer> buffer) {
  if (buffer->format() != SharedBuffer::arrow_format)
    throw Error("the shared buffer holds elements of type " + buffer->format() +
                " and no Arrow table");
  const auto source = std::make_shared<arrow::io::BufferReader>(
      std::make_shared<detail::ArrowView>(std::move(buffer)));
  const auto reader = detail::value_of(arrow::ipc::RecordBatchStreamReader::Open(source));
  return detail::value_of(reader->ToTable());
}

}  // namespace py4cpp
