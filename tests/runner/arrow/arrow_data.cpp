// SPDX-License-Identifier: Apache-2.0
#include "arrow_data.hpp"

#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>

#include <span>
#include <stdexcept>
#include <utility>

#include "runner/wire/wire.hpp"

namespace py4cpp::runner::test {

std::shared_ptr<arrow::Schema> numbers_schema() {
  return arrow::schema({arrow::field("n", arrow::int64()), arrow::field("text", arrow::utf8())});
}

std::shared_ptr<arrow::RecordBatch> numbers(std::int64_t first, std::int64_t last) {
  arrow::Int64Builder values;
  arrow::StringBuilder texts;
  for (std::int64_t value = first; value < last; ++value) {
    const bool written =
        values.Append(value).ok() &&
        (value % 10 == 0 ? texts.AppendNull() : texts.Append(std::to_string(value))).ok();
    if (!written) throw std::runtime_error("a value cannot be appended");
  }
  return arrow::RecordBatch::Make(numbers_schema(), last - first,
                                  {require(values.Finish()), require(texts.Finish())});
}

std::unique_ptr<BatchList> batch_list(arrow::RecordBatchVector batches) {
  return std::make_unique<BatchList>(numbers_schema(), std::move(batches));
}

std::unique_ptr<GroupList> group_list(std::vector<arrow::RecordBatchVector> groups) {
  return std::make_unique<GroupList>(numbers_schema(), std::move(groups));
}

Bytes read_bytes(ByteSource& source) {
  Bytes bytes;
  for (;;) {
    const auto run = source.next();
    if (run.empty()) return bytes;
    bytes.insert(bytes.end(), run.begin(), run.end());
  }
}

arrow::RecordBatchVector read_batches(BatchSource& source) {
  arrow::RecordBatchVector batches;
  while (auto batch = source.next()) batches.push_back(std::move(batch));
  return batches;
}

Stream take_stream(Bytes& bytes) {
  const auto buffer = arrow::Buffer::FromString(
      std::string(static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()));
  arrow::io::BufferReader input(buffer);
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.use_threads = false;  // ThreadSanitizer does not see the locks within Arrow
  const auto reader = require(arrow::ipc::RecordBatchStreamReader::Open(&input, options));
  Stream stream{reader->schema(), require(reader->ToRecordBatches())};
  bytes.erase(bytes.begin(), bytes.begin() + require(input.Tell()));
  return stream;
}

std::int32_t take_number(Bytes& bytes) {
  const std::int32_t number = read_i32(bytes.data());
  bytes.erase(bytes.begin(), bytes.begin() + length_bytes);
  return number;
}

std::vector<std::int64_t> rows_of(const arrow::RecordBatchVector& batches) {
  std::vector<std::int64_t> rows;
  for (const auto& batch : batches) rows.push_back(batch->num_rows());
  return rows;
}

}  // namespace py4cpp::runner::test
