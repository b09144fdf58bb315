// SPDX-License-Identifier: Apache-2.0
//
// Small record batches for tests, and what streams of them look like.
#pragma once

#include <arrow/api.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runner/arrow/batch_source.hpp"
#include "runner/byte_source.hpp"

namespace py4cpp::runner::test {

/// The value, or a failed test.
template <typename Value>
Value require(arrow::Result<Value> result) {
  if (!result.ok()) throw std::runtime_error(result.status().ToString());
  return std::move(result).MoveValueUnsafe();
}

/// {n: int64, text: string}.
std::shared_ptr<arrow::Schema> numbers_schema();

/// Rows with the numbers from `first` to `last`, and each as a text; every tenth text is null.
std::shared_ptr<arrow::RecordBatch> numbers(std::int64_t first, std::int64_t last);

std::unique_ptr<BatchList> batch_list(arrow::RecordBatchVector batches);
std::unique_ptr<GroupList> group_list(std::vector<arrow::RecordBatchVector> groups);

/// All that a source yields.
Bytes read_bytes(ByteSource& source);
arrow::RecordBatchVector read_batches(BatchSource& source);

/// Takes one Arrow stream off the front of `bytes`.
struct Stream {
  std::shared_ptr<arrow::Schema> schema;
  arrow::RecordBatchVector batches;
};
Stream take_stream(Bytes& bytes);
/// Takes a big endian number off the front of `bytes`.
std::int32_t take_number(Bytes& bytes);

/// The numbers of rows, one per batch.
std::vector<std::int64_t> rows_of(const arrow::RecordBatchVector& batches);

}  // namespace py4cpp::runner::test
