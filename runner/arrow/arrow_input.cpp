// SPDX-License-Identifier: Apache-2.0
#include "runner/arrow/arrow_input.hpp"

#include <arrow/record_batch.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "runner/arrow/ipc_writer.hpp"
#include "runner/arrow/sliced_batches.hpp"
#include "runner/arrow/status.hpp"

namespace py4cpp::runner {
namespace {

// How many streams follow, or that no group does.
constexpr std::int32_t one_stream = 1;
constexpr std::int32_t two_streams = 2;
constexpr std::int32_t no_more_groups = 0;

// Hands out pieces, and asks for more when there are none.
class ArrowInput : public ByteSource {
 public:
  std::span<const std::byte> next() final {
    for (;;) {
      const std::span<const std::byte> piece = pieces_.next();
      if (!piece.empty() || done_) return piece;
      done_ = !produce(pieces_);
    }
  }

  std::uint64_t rows() const noexcept final { return pieces_.rows(); }

 protected:
  // Adds the next bytes; false when they were the last ones.
  virtual bool produce(BytePieces& out) = 0;

 private:
  BytePieces pieces_;
  bool done_ = false;
};

class StreamInput final : public ArrowInput {
 public:
  StreamInput(std::unique_ptr<BatchSource> batches, const ArrowOptions& options, bool in_struct)
      : writer_(batches->schema(), options, in_struct), batches_(std::move(batches), options) {}

 private:
  bool produce(BytePieces& out) override {
    if (!std::exchange(begun_, true)) writer_.begin_stream(out);
    const auto batch = batches_.next();
    if (batch) {
      writer_.write(batch, out);
    } else {
      IpcWriter::end_stream(out);
    }
    return batch != nullptr;
  }

  IpcWriter writer_;
  SlicedBatches batches_;
  bool begun_ = false;
};

std::shared_ptr<arrow::RecordBatch> empty_batch(const std::shared_ptr<arrow::Schema>& schema) {
  return checked(arrow::RecordBatch::MakeEmpty(schema), "a batch without rows cannot be made");
}

// The stream of one group. Without a batch a worker could not tell the schema of the group's rows.
class GroupStream {
 public:
  GroupStream(const IpcWriter& writer, std::unique_ptr<BatchSource> rows,
              const ArrowOptions& options)
      : writer_(writer), rows_(std::move(rows), options) {}

  // False when the stream has ended.
  bool produce(BytePieces& out) {
    if (batches_ == 0) writer_.begin_stream(out);
    auto batch = rows_.next();
    const bool more = batch != nullptr;
    if (!more && batches_ == 0) batch = empty_batch(writer_.schema());
    if (batch) writer_.write(batch, out);
    if (!more) IpcWriter::end_stream(out);
    ++batches_;
    return more;
  }

 private:
  const IpcWriter& writer_;
  SlicedBatches rows_;
  std::uint64_t batches_ = 0;
};

class GroupStreamsInput final : public ArrowInput {
 public:
  GroupStreamsInput(std::unique_ptr<GroupSource> groups, const ArrowOptions& options,
                    bool in_struct)
      : options_(options),
        groups_(std::move(groups)),
        writer_(groups_->schema(), options, in_struct) {}

 private:
  bool produce(BytePieces& out) override {
    if (!group_) {
      auto rows = groups_->next_group();
      IpcWriter::mark(rows ? one_stream : no_more_groups, out);
      if (!rows) return false;
      group_.emplace(writer_, std::move(rows), options_);
    }
    if (!group_->produce(out)) group_.reset();
    return true;
  }

  const ArrowOptions options_;
  std::unique_ptr<GroupSource> groups_;
  IpcWriter writer_;
  std::optional<GroupStream> group_;
};

class GroupBatchesInput final : public ArrowInput {
 public:
  GroupBatchesInput(std::unique_ptr<GroupSource> groups, const ArrowOptions& options,
                    bool in_struct, std::size_t group_bytes_max)
      : groups_(std::move(groups)),
        writer_(groups_->schema(), options, in_struct),
        group_bytes_max_(group_bytes_max) {}

 private:
  bool produce(BytePieces& out) override {
    if (!std::exchange(begun_, true)) writer_.begin_stream(out);
    const auto rows = groups_->next_group();
    if (rows) {
      writer_.write(whole(*rows), out);
    } else {
      IpcWriter::end_stream(out);
    }
    return rows != nullptr;
  }

  std::shared_ptr<arrow::RecordBatch> whole(BatchSource& rows) const {
    arrow::RecordBatchVector batches;
    std::size_t bytes = 0;
    while (auto batch = rows.next()) {
      bytes += static_cast<std::size_t>(bytes_in(*batch));
      batches.push_back(std::move(batch));
      if (batches.size() > 1 && bytes > group_bytes_max_) fail_too_large();
    }
    if (batches.empty()) return empty_batch(writer_.schema());
    if (batches.size() == 1) return batches.front();
    return checked(arrow::ConcatenateRecordBatches(batches), "a group is too large for one batch");
  }

  [[noreturn]] void fail_too_large() const {
    throw Overloaded("a group has more bytes than WorkerOptions::task_bytes_max, which is " +
                     std::to_string(group_bytes_max_) +
                     ", and PySpark before 4.1 takes each group as one batch; raise it, or use a "
                     "later release, which takes groups in pieces");
  }

  std::unique_ptr<GroupSource> groups_;
  IpcWriter writer_;
  const std::size_t group_bytes_max_;
  bool begun_ = false;
};

class CogroupsInput final : public ArrowInput {
 public:
  CogroupsInput(std::unique_ptr<CogroupSource> groups, const ArrowOptions& options, bool in_struct)
      : options_(options),
        groups_(std::move(groups)),
        left_writer_(groups_->left_schema(), options, in_struct),
        right_writer_(groups_->right_schema(), options, in_struct) {}

 private:
  bool produce(BytePieces& out) override {
    if (!left_ && !right_) {
      std::optional<Cogroup> group = groups_->next_group();
      IpcWriter::mark(group ? two_streams : no_more_groups, out);
      if (!group) return false;
      left_.emplace(left_writer_, std::move(group->left), options_);
      right_.emplace(right_writer_, std::move(group->right), options_);
    }
    std::optional<GroupStream>& side = left_ ? left_ : right_;
    if (!side->produce(out)) side.reset();
    return true;
  }

  const ArrowOptions options_;
  std::unique_ptr<CogroupSource> groups_;
  IpcWriter left_writer_;
  IpcWriter right_writer_;
  std::optional<GroupStream> left_;
  std::optional<GroupStream> right_;
};

}  // namespace

std::unique_ptr<ByteSource> arrow_stream_input(std::unique_ptr<BatchSource> batches,
                                               const ArrowOptions& options, bool in_struct) {
  return std::make_unique<StreamInput>(std::move(batches), options, in_struct);
}

std::unique_ptr<ByteSource> arrow_group_streams_input(std::unique_ptr<GroupSource> groups,
                                                      const ArrowOptions& options, bool in_struct) {
  return std::make_unique<GroupStreamsInput>(std::move(groups), options, in_struct);
}

std::unique_ptr<ByteSource> arrow_group_batches_input(std::unique_ptr<GroupSource> groups,
                                                      const ArrowOptions& options, bool in_struct,
                                                      std::size_t group_bytes_max) {
  return std::make_unique<GroupBatchesInput>(std::move(groups), options, in_struct,
                                             group_bytes_max);
}

std::unique_ptr<ByteSource> arrow_cogroups_input(std::unique_ptr<CogroupSource> groups,
                                                 const ArrowOptions& options, bool in_struct) {
  return std::make_unique<CogroupsInput>(std::move(groups), options, in_struct);
}

}  // namespace py4cpp::runner
