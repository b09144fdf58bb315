// SPDX-License-Identifier: Apache-2.0
#include "runner/arrow/arrow_task.hpp"

#include <arrow/array/array_nested.h>
#include <arrow/buffer.h>
#include <arrow/ipc/message.h>
#include <arrow/ipc/reader.h>
#include <arrow/type.h>

#include <limits>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "runner/task/arrow_messages.hpp"

namespace py4cpp::runner {
namespace {

// Bytes of a run, which are kept as long as anything of them is used.
class HeldBuffer final : public arrow::Buffer {
 public:
  HeldBuffer(std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
      : Buffer(static_cast<const std::uint8_t*>(static_cast<const void*>(bytes.data())),
               static_cast<std::int64_t>(bytes.size())),
        owner_(std::move(owner)) {}

 private:
  std::shared_ptr<const void> owner_;
};

// The fields of a struct column as columns. A row that is null as a whole has nulls in all.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> take_apart(
    const std::shared_ptr<arrow::Schema>& schema, const arrow::RecordBatch& batch) {
  const auto& column = static_cast<const arrow::StructArray&>(*batch.column(0));
  if (column.null_count() == 0) {
    return arrow::RecordBatch::Make(schema, batch.num_rows(), column.fields());
  }
  ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector columns, column.Flatten());
  return arrow::RecordBatch::Make(schema, batch.num_rows(), std::move(columns));
}

bool is_one_struct(const arrow::Schema& schema) {
  return schema.num_fields() == 1 && schema.field(0)->type()->id() == arrow::Type::STRUCT;
}

}  // namespace

// The messages of the task's runs. An exception of the task is kept aside: it must not pass through
// Arrow's code.
class ArrowTask::Messages final : public arrow::ipc::MessageReader {
 public:
  Messages(PythonTask& task, std::exception_ptr& failure) : task_(task), failure_(failure) {}

  // Waits for the first message; false when there is none.
  bool begin() {
    next_run();
    return !run_.empty();
  }

  arrow::Result<std::unique_ptr<arrow::ipc::Message>> ReadNextMessage() override {
    try {
      if (run_.empty()) next_run();
    } catch (...) {
      failure_ = std::current_exception();
      return arrow::Status::IOError("the task failed");
    }
    if (run_.empty()) return nullptr;
    const ArrowMessage message = find_arrow_message(run_, std::numeric_limits<std::size_t>::max());
    if (message.state == ArrowMessageState::stream_end) {
      run_ = {};
      return nullptr;
    }
    if (message.state != ArrowMessageState::whole) {
      return arrow::Status::Invalid("a run does not consist of whole messages");
    }
    const auto bytes = run_.first(message.bytes);
    run_ = run_.subspan(message.bytes);
    const std::size_t before_body = arrow_prefix_bytes + message.metadata_bytes;
    return arrow::ipc::Message::Open(
        held(bytes.subspan(arrow_prefix_bytes, message.metadata_bytes)),
        held(bytes.subspan(before_body)));
  }

 private:
  void next_run() {
    run_ = task_.next();
    owner_ = task_.hold_run();
  }

  std::shared_ptr<arrow::Buffer> held(std::span<const std::byte> bytes) const {
    return std::make_shared<HeldBuffer>(bytes, owner_);
  }

  PythonTask& task_;
  std::exception_ptr& failure_;
  std::span<const std::byte> run_;
  std::shared_ptr<const void> owner_;
};

ArrowTask::ArrowTask(std::unique_ptr<PythonTask> task, bool rows_in_struct, bool validate_fully)
    : task_(std::move(task)), rows_in_struct_(rows_in_struct), validate_fully_(validate_fully) {}

ArrowTask::~ArrowTask() = default;

std::shared_ptr<arrow::Schema> ArrowTask::schema() {
  if (failure_) std::rethrow_exception(failure_);
  if (!opened_) guarded([this] { open(); });
  return schema_;
}

std::shared_ptr<arrow::RecordBatch> ArrowTask::next() {
  if (failure_) std::rethrow_exception(failure_);
  std::shared_ptr<arrow::RecordBatch> batch;
  guarded([&] {
    if (!opened_) open();
    if (reader_) batch = read();
    if (!batch) finish();
  });
  return batch;
}

void ArrowTask::finish() {
  reader_.reset();
  // After the stream come the accounts, or a traceback that makes all void.
  while (!task_->next().empty()) {
  }
}

// What a call throws, all further ones do.
template <typename Call>
void ArrowTask::guarded(Call call) {
  try {
    call();
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
}

void ArrowTask::open() {
  opened_ = true;
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.use_threads = false;  // a task has one thread here
  options.ensure_alignment = arrow::ipc::Alignment::kDataTypeSpecificAlignment;
  auto messages = std::make_unique<Messages>(*task_, failure_);
  if (!messages->begin()) return;
  auto opened = arrow::ipc::RecordBatchStreamReader::Open(std::move(messages), options);
  if (!opened.ok()) fail(opened.status());
  reader_ = std::move(opened).MoveValueUnsafe();
  schema_ = reader_->schema();
  if (rows_in_struct_ && is_one_struct(*schema_)) {
    schema_ = arrow::schema(schema_->field(0)->type()->fields());
  }
}

std::shared_ptr<arrow::RecordBatch> ArrowTask::read() {
  std::shared_ptr<arrow::RecordBatch> batch;
  arrow::Status status = reader_->ReadNext(&batch);
  if (status.ok() && batch) status = validate_fully_ ? batch->ValidateFull() : batch->Validate();
  if (!status.ok()) fail(status);
  if (!batch || schema_ == reader_->schema()) return batch;
  auto apart = take_apart(schema_, *batch);
  if (!apart.ok()) fail(apart.status());
  return std::move(apart).MoveValueUnsafe();
}

void ArrowTask::fail(const arrow::Status& status) {
  if (failure_) std::rethrow_exception(failure_);
  throw WorkerFailed("Python worker " + std::to_string(task_->worker_pid()) +
                         " sent what is no Arrow data: " + status.ToString(),
                     {});
}

}  // namespace py4cpp::runner
