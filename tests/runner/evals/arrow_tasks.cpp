// SPDX-License-Identifier: Apache-2.0
//
// The half of the tests' peer that needs Arrow: its input file holds one Arrow stream after the
// other, and its output file is one stream.
#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>

#include "peer.hpp"
#include "runner/arrow/arrow_runner.hpp"
#include "runner/arrow/status.hpp"

namespace py4cpp::runner::test {
namespace {

// Every stream of a file.
struct Streams {
  std::vector<std::shared_ptr<arrow::Schema>> schemas = {};
  std::vector<arrow::RecordBatchVector> batches = {};
};

Streams read_streams(const std::filesystem::path& path) {
  const auto file = checked(arrow::io::ReadableFile::Open(path.string()), "the input");
  const std::int64_t size = checked(file->GetSize(), "the input");
  Streams streams;
  while (checked(file->Tell(), "the input") < size) {
    const auto reader = checked(arrow::ipc::RecordBatchStreamReader::Open(file), "the input");
    streams.schemas.push_back(reader->schema());
    streams.batches.push_back(checked(reader->ToRecordBatches(), "the input"));
  }
  return streams;
}

std::unique_ptr<BatchList> only_stream(Streams streams) {
  return std::make_unique<BatchList>(streams.schemas.at(0), std::move(streams.batches.at(0)));
}

// The groups of one side: the file has a stream per side that shows the schema, then the groups.
std::unique_ptr<GroupList> groups(Streams& streams, std::size_t side, std::size_t sides) {
  std::vector<arrow::RecordBatchVector> made;
  for (std::size_t at = sides + side; at < streams.batches.size(); at += sides) {
    made.push_back(std::move(streams.batches[at]));
  }
  return std::make_unique<GroupList>(streams.schemas.at(side), std::move(made));
}

std::unique_ptr<ArrowTask> start(Pool& pool, const TaskDescription& task) {
  const EvalTypeInfo& info = eval_type_info(task.eval_type());
  const ArrowOptions arrow_options{.batch_records_max = task.batch_rows()};
  Streams input = read_streams(task.folder() / "input");
  if (info.payload == PayloadForm::udtf) {
    return ArrowPythonUdtfRunner(pool.factories(), task.table_function(), info.type, task.options(),
                                 arrow_options)
        .compute(only_stream(std::move(input)), task.context());
  }
  if (info.input == DataForm::arrow_cogroups) {
    const CoGroupedArrowPythonRunner runner(pool.factories(), task.functions(), info.type,
                                            task.arguments(), task.options(), arrow_options);
    return runner.compute(std::make_unique<CogroupList>(groups(input, 0, 2), groups(input, 1, 2)),
                          task.context());
  }
  const ArrowPythonRunner runner(pool.factories(), task.functions(), info.type, task.arguments(),
                                 task.options(), arrow_options);
  if (info.input == DataForm::arrow_groups) {
    return runner.compute(groups(input, 0, 1), task.context());
  }
  return runner.compute(only_stream(std::move(input)), task.context());
}

}  // namespace

Outcome run_arrow(Pool& pool, const TaskDescription& task) {
  const auto running = start(pool, task);
  const auto output =
      checked(arrow::io::FileOutputStream::Open((task.folder() / "output").string()), "the file");
  if (const auto schema = running->schema()) {
    const auto writer = checked(arrow::ipc::MakeStreamWriter(output, schema), "the output");
    while (const auto batch = running->next())
      check(writer->WriteRecordBatch(*batch), "the output");
    check(writer->Close(), "the output");
  }
  check(output->Close(), "the output");
  return {.worker_pid = running->task().worker_pid(),
          .worker_reused = running->task().worker_reused(),
          .accumulator_updates = running->task().accumulator_updates()};
}

}  // namespace py4cpp::runner::test
