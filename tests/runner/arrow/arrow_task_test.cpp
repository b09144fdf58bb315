// SPDX-License-Identifier: Apache-2.0
//
// Batches from a worker's answer: cut anywhere, wrapped in a struct, followed by a failure, and
// what is no Arrow data.
#include "runner/arrow/arrow_task.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "arrow_data.hpp"
#include "base/error.hpp"
#include "runner/arrow/arrow_input.hpp"
#include "runner/task/arrow_messages.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

// An answer from memory: runs of `messages_max` whole messages, then an end or an error.
class ScriptedTask final : public PythonTask {
 public:
  ScriptedTask(Bytes stream, std::size_t messages_max, bool fails)
      : stream_(std::make_shared<const Bytes>(std::move(stream))),
        messages_max_(messages_max),
        fails_(fails) {}

  std::span<const std::byte> next() override {
    const auto left = std::span(*stream_).subspan(at_);
    if (left.empty() && fails_) throw PythonError("ValueError: no", "Traceback ...");
    std::size_t whole = 0;
    for (std::size_t i = 0; i < messages_max_ && whole < left.size(); ++i) {
      whole += find_arrow_message(left.subspan(whole), left.size()).bytes;
    }
    at_ += std::min(whole, left.size());
    return left.first(std::min(whole, left.size()));
  }
  std::shared_ptr<const void> hold_run() override { return stream_; }
  const std::vector<Bytes>& accumulator_updates() const override { return updates_; }
  const TaskTiming& timing() const override { return timing_; }
  pid_t worker_pid() const override { return 4711; }
  bool worker_reused() const override { return false; }

 private:
  std::shared_ptr<const Bytes> stream_;
  const std::size_t messages_max_;
  const bool fails_;
  std::size_t at_ = 0;
  std::vector<Bytes> updates_;
  TaskTiming timing_;
};

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
}
