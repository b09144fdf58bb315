// SPDX-License-Identifier: Apache-2.0
//
// Batches from a worker's answer: cut anywhere, wrapped in a struct, followed by a failure, and
// what is no Arrow data.
#include "runner/arrow/arrow_task.hpp"

#include <arrow/io/memory.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/compression.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "arrow_data.hpp"
#include "base/error.hpp"
#include "runner/arrow/arrow_input.hpp"
#include "runner/task/arrow_messages.hpp"
#include "scripted_task.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

bool unpacks_within(const Bytes& stream, std::size_t bytes_max) {
  for (std::span rest(stream);;) {
    const auto message = find_arrow_message(rest, bytes_max);
    if (message.state == ArrowMessageState::stream_end) return true;
    if (message.state != ArrowMessageState::whole) {
      CHECK(message.violation == "an Arrow message unpacks to more than the bound");
      return false;
    }
    rest = rest.subspan(message.bytes);
  }
}

// As Arrow's own writer sends it.
Bytes compressed(const arrow::RecordBatch& batch) {
  const auto sink = require(arrow::io::BufferOutputStream::Create());
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.use_threads = false;  // ThreadSanitizer does not see the locks within Arrow.
  options.codec = require(arrow::util::Codec::Create(arrow::Compression::ZSTD));
  const auto writer = require(arrow::ipc::MakeStreamWriter(sink, batch.schema(), options));
  CHECK(writer->WriteRecordBatch(batch).ok());
  CHECK(writer->Close().ok());
  const auto buffer = require(sink->Finish());
  const auto bytes =
      std::as_bytes(std::span(buffer->data(), static_cast<std::size_t>(buffer->size())));
  return {bytes.begin(), bytes.end()};
}

Bytes stream_of(arrow::RecordBatchVector batches, bool in_struct = false) {
  const auto input = arrow_stream_input(batch_list(std::move(batches)), {}, in_struct);
  return read_bytes(*input);
}

std::unique_ptr<ArrowTask> answer(Bytes stream, bool rows_in_struct = false, bool fails = false,
                                  std::size_t messages_max = 2) {
  return std::make_unique<ArrowTask>(
      std::make_unique<ScriptedTask>(std::move(stream), messages_max, fails), rows_in_struct,
      false);
}

}  // namespace

TEST_SUITE("arrow task") {
  TEST_CASE("batches come as they were sent, however many there are in a run") {
    for (std::size_t messages_max = 1; messages_max < 6; ++messages_max) {
      const auto task =
          answer(stream_of({numbers(0, 50), numbers(50, 51)}), false, false, messages_max);
      CHECK(task->schema()->Equals(*numbers_schema()));
      const auto batches = read_batches(*task);
      REQUIRE(batches.size() == 2);
      CHECK(batches[0]->Equals(*numbers(0, 50)));
      CHECK(batches[1]->Equals(*numbers(50, 51)));
      CHECK(task->next() == nullptr);
    }
  }

  TEST_CASE("batches outlive their task") {
    auto task = answer(stream_of({numbers(0, 500)}));
    const auto batch = task->next();
    task.reset();
    CHECK(batch->Equals(*numbers(0, 500)));
  }

  TEST_CASE("a struct of rows is taken apart into columns") {
    const auto task = answer(stream_of({numbers(0, 50)}, true), true);
    CHECK(task->schema()->Equals(*numbers_schema()));
    CHECK(task->next()->Equals(*numbers(0, 50)));
    CHECK(answer(stream_of({numbers(0, 5)}, true), false)->schema()->num_fields() == 1);
  }

  TEST_CASE("a function that makes no batch has no schema") {
    const auto task = answer({}, true);
    CHECK(task->schema() == nullptr);
    CHECK(task->next() == nullptr);
    CHECK(task->next() == nullptr);
  }

  TEST_CASE("an exception after the stream comes in place of its end, and again") {
    const auto task = answer(stream_of({numbers(0, 5)}), false, true);
    CHECK(task->next() != nullptr);
    CHECK_THROWS_AS(task->next(), PythonError);
    CHECK_THROWS_AS(task->next(), PythonError);
    CHECK_THROWS_AS(task->schema(), PythonError);
  }

  TEST_CASE("an exception within the stream is the task's own") {
    Bytes stream = stream_of({numbers(0, 5)});
    stream.resize(stream.size() - arrow_prefix_bytes);
    const auto task = answer(std::move(stream), false, true);
    CHECK(task->next() != nullptr);
    CHECK_THROWS_AS(task->next(), PythonError);
    CHECK_THROWS_AS(answer({}, false, true)->schema(), PythonError);
  }

  TEST_CASE("what is no Arrow data is the worker's failure") {
    const Bytes good = stream_of({numbers(0, 50)});
    const std::size_t schema_bytes = find_arrow_message(good, good.size()).bytes;
    Bytes without_schema(good.begin() + static_cast<std::ptrdiff_t>(schema_bytes), good.end());
    CHECK_THROWS_WITH_AS(answer(std::move(without_schema))->next(),
                         doctest::Contains("Python worker 4711 sent what is no Arrow data"),
                         WorkerFailed);
  }

  TEST_CASE("the rows of a batch are found in its metadata") {
    const Bytes good = stream_of({numbers(0, 50)});
    const ArrowMessage schema = find_arrow_message(good, good.size());
    CHECK(schema.rows == 0);
    CHECK(find_arrow_message(std::span(good).subspan(schema.bytes), good.size()).rows == 50);
  }

  TEST_CASE("metadata that was damaged anywhere is an error or another batch, never a crash") {
    const Bytes good = stream_of({numbers(0, 50)});
    const std::size_t schema_bytes = find_arrow_message(good, good.size()).bytes;
    const std::size_t metadata_bytes =
        find_arrow_message(std::span(good).subspan(schema_bytes), good.size()).metadata_bytes;
    for (std::size_t at = 0; at < metadata_bytes; ++at) {
      for (const unsigned value : {0U, 0x7fU, 0xffU}) {
        Bytes bad = good;
        bad[schema_bytes + arrow_prefix_bytes + at] = static_cast<std::byte>(value);
        const auto found =
            find_arrow_message(std::span(bad).subspan(schema_bytes), bad.size()).state;
        if (found != ArrowMessageState::whole) continue;
        try {
          read_batches(*answer(std::move(bad), false, false, 1));
        } catch (const WorkerFailed&) {
        }
      }
    }
  }

  TEST_CASE("what a compressed message unpacks to is bounded, also that of a dictionary") {
    constexpr std::int64_t rows = 100'000;
    arrow::Int64Builder zeros;
    CHECK(zeros.AppendValues(std::vector<std::int64_t>(rows)).ok());
    const std::shared_ptr<arrow::Array> column = require(zeros.Finish());
    const auto indices = require(arrow::MakeArrayFromScalar(arrow::Int32Scalar(0), 1));
    const auto dictionary = require(arrow::DictionaryArray::FromArrays(indices, column));
    for (const auto& array : {column, std::shared_ptr<arrow::Array>(dictionary)}) {
      const auto schema = arrow::schema({arrow::field("n", array->type())});
      const auto batch = arrow::RecordBatch::Make(schema, array->length(), {array});
      const Bytes stream = compressed(*batch);
      CHECK(stream.size() < 5'000);
      CHECK(unpacks_within(stream, rows * sizeof(std::int64_t)));
      CHECK_FALSE(unpacks_within(stream, rows * sizeof(std::int64_t) - 1));
    }
  }
}
