// SPDX-License-Identifier: Apache-2.0
//
// Arrow data as Apache Spark of every release sent it, taken apart as a worker does and sent once
// more by the runner: the same marks between streams, schemas and batches. Their bytes differ,
// because Spark has another writer of Arrow streams.
#include <arrow/array/array_nested.h>
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>

#include "../recording.hpp"
#include "arrow_data.hpp"
#include "runner/arrow/arrow_input.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

struct Sent {
  std::vector<std::int32_t> marks = {};
  std::vector<Stream> streams = {};
};

bool has_marks(const PythonRelease& release, const EvalTypeInfo& type) {
  return type.input == DataForm::arrow_cogroups ||
         (type.input == DataForm::arrow_groups && release.variant().stream_per_group);
}

Sent take_apart(Bytes bytes, bool with_marks) {
  Sent sent;
  if (!with_marks) sent.streams.push_back(take_stream(bytes));
  while (with_marks && (sent.marks.empty() || sent.marks.back() != 0)) {
    sent.marks.push_back(take_number(bytes));
    for (int i = 0; i < sent.marks.back(); ++i) sent.streams.push_back(take_stream(bytes));
  }
  CHECK(bytes.empty());
  return sent;
}

/// The columns that a caller of the runner has.
Stream plain(const Stream& stream, bool in_struct) {
  if (!in_struct) return stream;
  Stream columns{arrow::schema(stream.schema->field(0)->type()->fields()), {}};
  for (const auto& batch : stream.batches) {
    const auto& rows = dynamic_cast<const arrow::StructArray&>(*batch->column(0));
    columns.batches.push_back(
        arrow::RecordBatch::Make(columns.schema, batch->num_rows(), rows.fields()));
  }
  return columns;
}

/// The streams of one side of a cogroup, or of all groups: the `step`th ones, after the first.
std::unique_ptr<GroupList> groups(const std::vector<Stream>& streams, std::size_t first,
                                  std::size_t step) {
  std::vector<arrow::RecordBatchVector> batches;
  for (std::size_t i = first; i < streams.size(); i += step) batches.push_back(streams[i].batches);
  return std::make_unique<GroupList>(streams.at(first).schema, std::move(batches));
}

/// Each batch of the stream is a group.
std::unique_ptr<GroupList> groups_of_batches(const Stream& stream) {
  std::vector<arrow::RecordBatchVector> batches;
  for (const auto& batch : stream.batches) batches.push_back({batch});
  return std::make_unique<GroupList>(stream.schema, std::move(batches));
}

Bytes sent_again(const Sent& sent, const EvalTypeInfo& type) {
  std::vector<Stream> streams;
  for (const Stream& stream : sent.streams) streams.push_back(plain(stream, type.input_in_struct));
  const auto bytes_of = [&](std::unique_ptr<ByteSource> source) { return read_bytes(*source); };
  const bool in_struct = type.input_in_struct;
  if (type.input == DataForm::arrow_stream)
    return bytes_of(arrow_stream_input(
        std::make_unique<BatchList>(streams[0].schema, streams[0].batches), {}, in_struct));
  if (type.input == DataForm::arrow_cogroups)
    return bytes_of(arrow_cogroups_input(
        std::make_unique<CogroupList>(groups(streams, 0, 2), groups(streams, 1, 2)), {},
        in_struct));
  if (sent.marks.empty())
    return bytes_of(
        arrow_group_batches_input(groups_of_batches(streams[0]), {}, in_struct, 1 << 20));
  return bytes_of(arrow_group_streams_input(groups(streams, 0, 1), {}, in_struct));
}

// The only stream that Spark of that release sent for that job.
Stream stream_of(const std::string& job, const PythonRelease& release) {
  for (const Recording& recording : read_recordings(PY4CPP_RECORDINGS)) {
    if (recording.release != release || recording.name != job) continue;
    const auto data = recording.data();
    const EvalTypeInfo& type = eval_type_info(recording.header.eval_type);
    const Sent sent = take_apart(Bytes(data.begin(), data.end()), has_marks(release, type));
    REQUIRE(sent.streams.size() == 1);
    return plain(sent.streams.front(), type.input_in_struct);
  }
  FAIL("there is no recording of " << job << " by " << release.text());
  return {};
}

std::set<std::string> types_of(const Stream& stream) {
  std::set<std::string> names;
  for (const auto& field : stream.schema->fields()) names.insert(field->type()->name());
  return names;
}

}  // namespace

TEST_SUITE("recordings of Apache Spark") {
  TEST_CASE("what was recorded has columns of each type, and a group larger than a batch") {
    std::set<std::string> types = {"binary", "bool",   "date32",   "decimal128", "duration",
                                   "float",  "int16",  "int8",     "list",       "map",
                                   "null",   "struct", "timestamp"};
    CHECK(types_of(stream_of("arrow-types", PythonRelease(3, 5))) == types);
    types.insert("time64");
    CHECK(types_of(stream_of("arrow-types", PythonRelease(4, 3))) == types);
    const Stream older = stream_of("pandas-grouped-large", PythonRelease(3, 5));
    REQUIRE(older.batches.size() == 1);
    CHECK(older.batches[0]->num_rows() == 10'001);
    const Stream newer = stream_of("pandas-grouped-large", PythonRelease(4, 3));
    REQUIRE(newer.batches.size() == 2);
    CHECK(newer.batches[0]->num_rows() == 10'000);
    CHECK(newer.batches[1]->num_rows() == 1);
  }

  TEST_CASE("the runner sends the same marks, schemas and batches as Spark of every release") {
    std::set<std::pair<std::string, int>> compared;
    for (const Recording& recording : read_recordings(PY4CPP_RECORDINGS)) {
      const EvalTypeInfo& type = eval_type_info(recording.header.eval_type);
      if (!is_arrow(type.type) || !recording.complete()) continue;
      CAPTURE(recording.path);
      const bool with_marks = has_marks(recording.release, type);
      const auto data = recording.data();
      const Sent spark = take_apart(Bytes(data.begin(), data.end()), with_marks);
      const Sent ours = take_apart(sent_again(spark, type), with_marks);
      CHECK(ours.marks == spark.marks);
      REQUIRE(ours.streams.size() == spark.streams.size());
      for (std::size_t i = 0; i < ours.streams.size(); ++i) {
        const Stream &mine = ours.streams[i], &theirs = spark.streams[i];
        CHECK(mine.schema->ToString() == theirs.schema->ToString());
        CHECK(mine.schema->Equals(*theirs.schema));
        REQUIRE(mine.batches.size() == theirs.batches.size());
        for (std::size_t j = 0; j < mine.batches.size(); ++j)
          CHECK(mine.batches[j]->Equals(*theirs.batches[j]));
      }
      compared.emplace(recording.release.text(), static_cast<int>(type.type));
    }
    for (const PythonRelease& release : known_releases()) {
      for (const EvalTypeInfo& type : eval_types()) {
        if (!is_arrow(type.type) || release.number() < type.first_release) continue;
        CAPTURE(release.text());
        CAPTURE(type.name);
        CHECK(compared.contains({release.text(), static_cast<int>(type.type)}));
      }
    }
  }
}
