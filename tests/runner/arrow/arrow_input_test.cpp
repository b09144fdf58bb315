// SPDX-License-Identifier: Apache-2.0
//
// Batches, groups and cogroups as the bytes that a worker is sent, read back by Arrow's own reader.
#include "runner/arrow/arrow_input.hpp"

#include <arrow/util/byte_size.h>
#include <doctest/doctest.h>

#include "arrow_data.hpp"
#include "base/error.hpp"
#include "runner/arrow/sliced_batches.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

using Rows = std::vector<std::int64_t>;

namespace {

Stream sent(arrow::RecordBatchVector batches, const ArrowOptions& options = {},
            bool in_struct = false) {
  const auto input = arrow_stream_input(batch_list(std::move(batches)), options, in_struct);
  Bytes bytes = read_bytes(*input);
  Stream stream = take_stream(bytes);
  CHECK(bytes.empty());
  return stream;
}

std::shared_ptr<arrow::RecordBatch> texts(const std::vector<std::string>& values) {
  arrow::StringBuilder builder;
  CHECK(builder.AppendValues(values).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("t", arrow::utf8())}),
                                  static_cast<std::int64_t>(values.size()),
                                  {require(builder.Finish())});
}

// Fails after its first batch.
class BrokenSource final : public BatchSource {
 public:
  std::shared_ptr<arrow::Schema> schema() override { return numbers_schema(); }
  std::shared_ptr<arrow::RecordBatch> next() override {
    if (std::exchange(begun_, true)) throw Error("the disk is gone");
    return numbers(0, 3);
  }

 private:
  bool begun_ = false;
};

}  // namespace

TEST_SUITE("arrow stream input") {
  TEST_CASE("batches arrive as they were, nulls included") {
    const auto stream = sent({numbers(0, 100), numbers(100, 107)});
    CHECK(stream.schema->Equals(*numbers_schema()));
    REQUIRE(rows_of(stream.batches) == Rows{100, 7});
    CHECK(stream.batches[0]->Equals(*numbers(0, 100)));
    CHECK(stream.batches[1]->Equals(*numbers(100, 107)));
  }

  TEST_CASE("an empty partition is a stream with a schema and an end") {
    CHECK(sent({}).schema->Equals(*numbers_schema()));
    CHECK(sent({}).batches.empty());
    CHECK(sent({numbers(0, 0)}).batches.empty());
  }

  TEST_CASE("a slice is sent as what it shows, wherever it begins") {
    for (const std::int64_t first : {0, 1, 7, 8, 63, 64, 99}) {
      const auto slice = numbers(0, 100)->Slice(first);
      const auto stream = sent({slice});
      REQUIRE(stream.batches.size() == 1);
      CHECK(stream.batches[0]->Equals(*slice));
    }
  }

  TEST_CASE("a large batch is cut into batches with a bounded number of rows") {
    const auto stream = sent({numbers(0, 25), numbers(25, 30)}, {.batch_records_max = 10});
    CHECK(rows_of(stream.batches) == Rows{10, 10, 5, 5});
    CHECK(stream.batches[2]->Equals(*numbers(20, 25)));
    CHECK(rows_of(sent({numbers(0, 20'001)}).batches) == Rows{10'000, 10'000, 1});
    CHECK(rows_of(sent({numbers(0, 20'001)}, {.batch_records_max = 0}).batches) == Rows{20'001});
  }

  TEST_CASE("a batch is cut by its bytes, and a row that is larger than the bound goes alone") {
    constexpr std::int64_t bytes_max = 2'000;
    std::vector<std::string> values(300, "small");
    values[100] = std::string(5'000, 'x');
    const auto batch = texts(values);
    const auto input = arrow_stream_input(
        std::make_unique<BatchList>(batch->schema(), arrow::RecordBatchVector{batch}),
        {.batch_bytes_max = bytes_max}, false);
    Bytes bytes = read_bytes(*input);
    const Stream stream = take_stream(bytes);
    std::int64_t rows = 0;
    for (const auto& part : stream.batches) {
      CHECK(part->Equals(*batch->Slice(rows, part->num_rows())));
      rows += part->num_rows();
      const bool small = require(arrow::util::ReferencedBufferSize(*part)) <= bytes_max;
      CHECK((small || part->num_rows() == 1));
    }
    CHECK(rows == 300);
    CHECK(stream.batches.size() < 30);
  }

  TEST_CASE("all columns can go as one struct column") {
    const auto stream = sent({numbers(0, 5)}, {}, true);
    CHECK(stream.schema->ToString() == "struct: struct<n: int64, text: string>");
    REQUIRE(stream.batches.size() == 1);
    const auto& column = static_cast<const arrow::StructArray&>(*stream.batches[0]->column(0));
    CHECK(column.null_count() == 0);
    CHECK(column.field(0)->Equals(numbers(0, 5)->column(0)));
    CHECK(column.field(1)->Equals(numbers(0, 5)->column(1)));
  }

  TEST_CASE("bodies may be compressed") {
    const auto plain = arrow_stream_input(batch_list({numbers(0, 5'000)}), {}, false);
    const std::size_t plain_bytes = read_bytes(*plain).size();
    for (const ArrowCompression codec : {ArrowCompression::lz4, ArrowCompression::zstd}) {
      const ArrowOptions options{.compression = codec};
      const auto packed = arrow_stream_input(batch_list({numbers(0, 5'000)}), options, false);
      Bytes bytes = read_bytes(*packed);
      CHECK(bytes.size() < plain_bytes);
      CHECK(take_stream(bytes).batches[0]->Equals(*numbers(0, 5'000)));
    }
    const auto stream =
        sent({numbers(0, 500)}, {.compression = ArrowCompression::zstd, .compression_level = 9});
    CHECK(stream.batches[0]->Equals(*numbers(0, 500)));
  }

  TEST_CASE("the buffers of a batch are sent from where they lie") {
    const auto batch = numbers(0, 10'000);
    const auto* values = batch->column(0)->data()->buffers[1]->data();
    const auto input = arrow_stream_input(batch_list({batch}), {}, false);
    bool seen = false;
    for (auto run = input->next(); !run.empty(); run = input->next()) {
      seen = seen || static_cast<const void*>(run.data()) == values;
    }
    CHECK(seen);
  }

  TEST_CASE("columns without rows and rows without columns are told apart") {
    const auto schema = arrow::schema(arrow::FieldVector{});
    const auto batch = arrow::RecordBatch::Make(schema, 12, arrow::ArrayVector{});
    for (const bool in_struct : {false, true}) {
      const auto input = arrow_stream_input(
          std::make_unique<BatchList>(schema, arrow::RecordBatchVector{batch}), {}, in_struct);
      Bytes bytes = read_bytes(*input);
      CHECK(rows_of(take_stream(bytes).batches) == Rows{12});
    }
  }

  TEST_CASE("a batch of another schema is refused, as is a dictionary") {
    const auto input = arrow_stream_input(batch_list({texts({"a"})}), {}, false);
    CHECK_THROWS_WITH_AS(read_bytes(*input), doctest::Contains("another schema"), Error);
    const auto words = arrow::schema(
        {arrow::field("list", arrow::list(arrow::dictionary(arrow::int32(), arrow::utf8())))});
    CHECK_THROWS_WITH_AS(
        arrow_stream_input(std::make_unique<BatchList>(words, arrow::RecordBatchVector{}), {},
                           false),
        doctest::Contains("'list' is dictionary-encoded"), Error);
    CHECK_THROWS_AS(
        arrow_stream_input(std::make_unique<BatchList>(nullptr, arrow::RecordBatchVector{}), {},
                           false),
        Error);
  }

  TEST_CASE("what a source throws comes out where bytes are asked for") {
    const auto input = arrow_stream_input(std::make_unique<BrokenSource>(), {}, false);
    CHECK_THROWS_WITH_AS(read_bytes(*input), "the disk is gone", Error);
  }

  TEST_CASE("a source can be anything that Arrow reads") {
    const auto table = require(arrow::Table::FromRecordBatches({numbers(0, 4), numbers(4, 9)}));
    auto reader = std::make_shared<arrow::TableBatchReader>(table);
    const auto input =
        arrow_stream_input(std::make_unique<ReaderBatches>(std::move(reader)), {}, false);
    Bytes bytes = read_bytes(*input);
    CHECK(rows_of(take_stream(bytes).batches) == Rows{4, 5});
  }
}

TEST_SUITE("arrow group input") {
  TEST_CASE("each group is a stream of its own after a 1, and a 0 ends them") {
    const auto input = arrow_group_streams_input(
        group_list({{numbers(0, 3)}, {numbers(3, 30), numbers(30, 35)}, {}, {numbers(0, 0)}}),
        {.batch_records_max = 20}, false);
    Bytes bytes = read_bytes(*input);
    std::vector<Rows> groups;
    while (take_number(bytes) == 1) groups.push_back(rows_of(take_stream(bytes).batches));
    CHECK(groups == std::vector<Rows>{{3}, {20, 7, 5}, {0}, {0}});
    CHECK(bytes.empty());
  }

  TEST_CASE("no group at all is a 0") {
    CHECK(read_bytes(*arrow_group_streams_input(group_list({}), {}, true)) == Bytes(4));
  }

  TEST_CASE("before 4.1 each group is one batch of one stream, whatever its size") {
    const auto input = arrow_group_batches_input(
        group_list({{numbers(0, 3)}, {numbers(3, 30), numbers(30, 35)}, {}}),
        {.batch_records_max = 20}, false, 1'000'000);
    Bytes bytes = read_bytes(*input);
    const Stream stream = take_stream(bytes);
    CHECK(rows_of(stream.batches) == Rows{3, 32, 0});
    CHECK(stream.batches[1]->Equals(*numbers(3, 35)));
    CHECK(bytes.empty());
  }

  TEST_CASE("a group that is put together is bounded") {
    const auto bytes = static_cast<std::size_t>(bytes_in(*numbers(0, 1'000)));
    const auto input = [](arrow::RecordBatchVector group, std::size_t bytes_max) {
      return arrow_group_batches_input(group_list({std::move(group)}), {}, false, bytes_max);
    };
    const arrow::RecordBatchVector two{numbers(0, 1'000), numbers(0, 1'000)};
    CHECK_NOTHROW(read_bytes(*input(two, 2 * bytes)));
    CHECK_THROWS_WITH_AS(read_bytes(*input(two, 2 * bytes - 1)),
                         doctest::Contains("WorkerOptions::task_bytes_max"), Overloaded);
    // One that is a batch already is sent from where it lies.
    CHECK_NOTHROW(read_bytes(*input({numbers(0, 1'000)}, 1)));
  }

  TEST_CASE("a pair of groups is two streams after a 2, either of which may be without rows") {
    const auto other = texts({"a", "b"});
    auto right = std::make_unique<GroupList>(
        other->schema(), std::vector<arrow::RecordBatchVector>{{other}, {}, {other}});
    const auto input = arrow_cogroups_input(
        std::make_unique<CogroupList>(group_list({{numbers(0, 3)}, {numbers(3, 30)}, {}}),
                                      std::move(right)),
        {.batch_records_max = 20}, false);
    Bytes bytes = read_bytes(*input);
    std::vector<Rows> sides;
    while (take_number(bytes) == 2) {
      const Stream left = take_stream(bytes);
      CHECK(left.schema->Equals(*numbers_schema()));
      sides.push_back(rows_of(left.batches));
      sides.push_back(rows_of(take_stream(bytes).batches));
    }
    CHECK(sides == std::vector<Rows>{{3}, {2}, {20, 7}, {0}, {0}, {2}});
    CHECK(bytes.empty());
  }

  TEST_CASE("two lists of groups must have as many") {
    CogroupList groups(group_list({{}}), group_list({}));
    CHECK_THROWS_AS(groups.next_group(), Error);
  }
}
