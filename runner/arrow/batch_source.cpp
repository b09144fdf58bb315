// SPDX-License-Identifier: Apache-2.0
#include "runner/arrow/batch_source.hpp"

#include "base/error.hpp"
#include "runner/arrow/status.hpp"

namespace py4cpp::runner {

std::shared_ptr<arrow::RecordBatch> ReaderBatches::next() {
  std::shared_ptr<arrow::RecordBatch> batch;
  check(reader_->ReadNext(&batch), "reading a batch failed");
  return batch;
}

std::optional<Cogroup> CogroupList::next_group() {
  Cogroup group{left_->next_group(), right_->next_group()};
  if (!group.left && !group.right) return std::nullopt;
  if (!group.left || !group.right) {
    throw Error("the two sides of a cogroup have different numbers of groups");
  }
  return group;
}

}  // namespace py4cpp::runner
