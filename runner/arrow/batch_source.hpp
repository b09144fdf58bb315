// SPDX-License-Identifier: Apache-2.0
//
// Streams of Arrow record batches, and of groups of rows, as they go to Python workers and come
// back. All are pulled: whoever wants a batch asks for it, so that none waits in a queue.
#pragma once

#include <arrow/record_batch.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "../source_iterator.hpp"

namespace py4cpp::runner {

/// A pull-based stream of batches. A source belongs to one thread at a time, and may be destroyed
/// before its end: whatever feeds it is then stopped.
class BatchSource {
 public:
  BatchSource() = default;
  BatchSource(const BatchSource&) = delete;
  BatchSource& operator=(const BatchSource&) = delete;
  virtual ~BatchSource() = default;

  /// What all batches of the source consist of.
  virtual std::shared_ptr<arrow::Schema> schema() = 0;

  /// The next batch; null at the end, and at every call after it. It owns its memory, or shares it
  /// with its maker, and may be kept. Blocks; throws what the stream's maker throws.
  virtual std::shared_ptr<arrow::RecordBatch> next() = 0;

  /// The batches as a range, which can be gone through once: `for (const auto& batch : source)`.
  /// `begin` takes the first batch already; see SourceIterator.
  SourceIterator<BatchSource> begin() { return SourceIterator<BatchSource>(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }
};

/// Batches that lie ready in memory.
class BatchList final : public BatchSource {
 public:
  BatchList(std::shared_ptr<arrow::Schema> schema, arrow::RecordBatchVector batches)
      : schema_(std::move(schema)), batches_(std::move(batches)) {}

  std::shared_ptr<arrow::Schema> schema() override { return schema_; }

  std::shared_ptr<arrow::RecordBatch> next() override {
    return at_ < batches_.size() ? std::move(batches_[at_++]) : nullptr;
  }

 private:
  std::shared_ptr<arrow::Schema> schema_;
  arrow::RecordBatchVector batches_;
  std::size_t at_ = 0;
};

/// Whatever Arrow itself can read: a table, a Parquet or CSV file, a dataset, a Flight stream.
class ReaderBatches final : public BatchSource {
 public:
  explicit ReaderBatches(std::shared_ptr<arrow::RecordBatchReader> reader)
      : reader_(std::move(reader)) {}

  std::shared_ptr<arrow::Schema> schema() override { return reader_->schema(); }
  /// Throws Error with the reader's status.
  std::shared_ptr<arrow::RecordBatch> next() override;

 private:
  std::shared_ptr<arrow::RecordBatchReader> reader_;
};

/// Groups of rows, one after the other, for functions that are called once per group. Belongs to
/// one thread at a time.
class GroupSource {
 public:
  GroupSource() = default;
  GroupSource(const GroupSource&) = delete;
  GroupSource& operator=(const GroupSource&) = delete;
  virtual ~GroupSource() = default;

  /// What all batches of all groups consist of.
  virtual std::shared_ptr<arrow::Schema> schema() = 0;

  /// The rows of the next group; null after the last one. A group without rows is a group too. The
  /// group before was used up, or destroyed, by then. Blocks; throws what the maker throws.
  virtual std::unique_ptr<BatchSource> next_group() = 0;
};

/// Groups that lie ready in memory.
class GroupList final : public GroupSource {
 public:
  GroupList(std::shared_ptr<arrow::Schema> schema, std::vector<arrow::RecordBatchVector> groups)
      : schema_(std::move(schema)), groups_(std::move(groups)) {}

  std::shared_ptr<arrow::Schema> schema() override { return schema_; }

  std::unique_ptr<BatchSource> next_group() override {
    if (at_ == groups_.size()) return nullptr;
    return std::make_unique<BatchList>(schema_, std::move(groups_[at_++]));
  }

 private:
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<arrow::RecordBatchVector> groups_;
  std::size_t at_ = 0;
};

/// The rows of two inputs that have one key.
struct Cogroup {
  std::unique_ptr<BatchSource> left;
  std::unique_ptr<BatchSource> right;
};

/// Pairs of groups, one after the other. Belongs to one thread at a time.
class CogroupSource {
 public:
  CogroupSource() = default;
  CogroupSource(const CogroupSource&) = delete;
  CogroupSource& operator=(const CogroupSource&) = delete;
  virtual ~CogroupSource() = default;

  virtual std::shared_ptr<arrow::Schema> left_schema() = 0;
  virtual std::shared_ptr<arrow::Schema> right_schema() = 0;

  /// The next pair, nothing after the last one. Either side may be without rows, none may be null.
  /// The left one is used up before the right one is begun.
  virtual std::optional<Cogroup> next_group() = 0;
};

/// Pairs that lie ready in memory, from two lists with as many groups.
class CogroupList final : public CogroupSource {
 public:
  CogroupList(std::unique_ptr<GroupList> left, std::unique_ptr<GroupList> right)
      : left_(std::move(left)), right_(std::move(right)) {}

  std::shared_ptr<arrow::Schema> left_schema() override { return left_->schema(); }
  std::shared_ptr<arrow::Schema> right_schema() override { return right_->schema(); }
  /// Throws Error when one list ends before the other.
  std::optional<Cogroup> next_group() override;

 private:
  std::unique_ptr<GroupList> left_;
  std::unique_ptr<GroupList> right_;
};

}  // namespace py4cpp::runner
