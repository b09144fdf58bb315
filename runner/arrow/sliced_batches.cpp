// SPDX-License-Identifier: Apache-2.0
#include "runner/arrow/sliced_batches.hpp"

#include <arrow/util/byte_size.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "runner/arrow/status.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::int64_t no_bound = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::int64_t bytes_in(const arrow::RecordBatch& batch) {
  return checked(arrow::util::ReferencedBufferSize(batch), "a batch cannot be measured");
}

SlicedBatches::SlicedBatches(std::unique_ptr<BatchSource> batches, const ArrowOptions& options)
    : batches_(std::move(batches)),
      records_max_(options.batch_records_max > 0 ? options.batch_records_max : no_bound),
      bytes_max_(options.batch_bytes_max > 0 ? options.batch_bytes_max : no_bound) {}

std::shared_ptr<arrow::RecordBatch> SlicedBatches::next() {
  if (!batch_ && !next_batch()) return nullptr;
  const std::int64_t rows = std::min(batch_->num_rows(), records_max_);
  if (!weigh_) return slice(rows);
  // As many rows as the average row allows; fewer when the first ones are heavy.
  const double part = static_cast<double>(bytes_max_) / static_cast<double>(bytes_in(*batch_));
  const double fitting = part * static_cast<double>(batch_->num_rows());
  std::int64_t taken = rows;
  if (fitting < static_cast<double>(rows)) {
    taken = std::max<std::int64_t>(1, static_cast<std::int64_t>(fitting));
  }
  while (taken > 1 && bytes_in(*batch_->Slice(0, taken)) > bytes_max_) taken /= 2;
  return slice(taken);
}

bool SlicedBatches::next_batch() {
  do {
    batch_ = batches_->next();
    if (!batch_) return false;
  } while (batch_->num_rows() == 0);
  // The buffers of a slice may be much larger than what it uses of them: this sum is a bound.
  weigh_ = arrow::util::TotalBufferSize(*batch_) > bytes_max_;
  return true;
}

std::shared_ptr<arrow::RecordBatch> SlicedBatches::slice(std::int64_t rows) {
  if (rows == batch_->num_rows()) return std::exchange(batch_, nullptr);
  std::shared_ptr<arrow::RecordBatch> slice = batch_->Slice(0, rows);
  batch_ = batch_->Slice(rows);
  return slice;
}

}  // namespace py4cpp::runner
