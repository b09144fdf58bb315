// SPDX-License-Identifier: Apache-2.0
//
// Cuts batches into slices of a bounded number of rows and bytes. No row is copied.
#pragma once

#include <cstdint>
#include <memory>

#include "runner/arrow/arrow_options.hpp"
#include "runner/arrow/batch_source.hpp"

namespace py4cpp::runner {

/// What the rows of a batch take, without the rest of buffers that it shares. Throws Error.
std::int64_t bytes_in(const arrow::RecordBatch& batch);

/// The batches of another source in slices. Those without rows are left out.
class SlicedBatches final : public BatchSource {
 public:
  SlicedBatches(std::unique_ptr<BatchSource> batches, const ArrowOptions& options);

  std::shared_ptr<arrow::Schema> schema() override { return batches_->schema(); }
  std::shared_ptr<arrow::RecordBatch> next() override;

 private:
  bool next_batch();
  std::shared_ptr<arrow::RecordBatch> slice(std::int64_t rows);

  std::unique_ptr<BatchSource> batches_;
  const std::int64_t records_max_;
  const std::int64_t bytes_max_;
  std::shared_ptr<arrow::RecordBatch> batch_;  // what is left of it, null when nothing is
  bool weigh_ = false;                         // the batch has more bytes than a slice may have
};

}  // namespace py4cpp::runner
