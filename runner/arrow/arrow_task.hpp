// SPDX-License-Identifier: Apache-2.0
//
// The record batches that a worker answers with, as they come. Their columns lie where the bytes
// were received: nothing is copied.
#pragma once

#include <exception>
#include <memory>

#include "../python_runner.hpp"
#include "batch_source.hpp"

namespace py4cpp::runner {

/// A task over Arrow data. One thread at a time may use it. Destroying it before the end ends the
/// worker.
class ArrowTask final : public BatchSource {
 public:
  /// With `rows_in_struct`, the one struct column of each batch is taken apart into its fields.
  /// With `validate_fully`, every value is looked at.
  ArrowTask(std::unique_ptr<PythonTask> task, bool rows_in_struct, bool validate_fully);
  ~ArrowTask() override;

  /// What the batches consist of. Blocks until the worker's first batch comes; null when the
  /// function makes none. Throws as `next`.
  std::shared_ptr<arrow::Schema> schema() override;

  /// Writes input while reading output, then returns the next batch; null when the task is done and
  /// the worker handed back. A batch keeps the memory that it lies in (1 MB, or more where a batch
  /// is larger) and outlives the task. After an exception, results so far are void, and every
  /// further call throws it again. Throws as PythonTask::next, and WorkerFailed when what came is
  /// no Arrow data.
  std::shared_ptr<arrow::RecordBatch> next() override;

  /// Accumulators, timing, bytes and rows both ways, and the worker, as PythonTask says.
  const PythonTask& task() const { return *task_; }

 private:
  class Messages;

  template <typename Call>
  void guarded(Call call);
  void open();
  void finish();
  std::shared_ptr<arrow::RecordBatch> read();
  [[noreturn]] void fail(const arrow::Status& status);

  std::unique_ptr<PythonTask> task_;
  const bool rows_in_struct_;
  const bool validate_fully_;
  std::shared_ptr<arrow::RecordBatchReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
  std::exception_ptr failure_;
  bool opened_ = false;
};

}  // namespace py4cpp::runner
