// SPDX-License-Identifier: Apache-2.0
#include "jobs.hpp"

#include <arrow/api.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "runner/arrow/arrow_input.hpp"
#include "runner/arrow/arrow_runner.hpp"
#include "runner/frames.hpp"
#include "runner/python_udf_runner.hpp"
#include "runner/task/task_header.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::bench {
namespace {

using namespace runner;

// Items in a frame, as Spark's own parallelize makes them; lines come one by one.
constexpr std::int64_t ints_per_frame = 1024;
constexpr std::int64_t rows_per_batch = 10'000;

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("cannot read " + path);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

PythonFunction read_function(const std::string& python, const std::string& path) {
  PythonFunction function;
  function.command = std::make_shared<const Bytes>(read_file(path));
  function.python_version = probe_python(python).python_version;
  function.python_executable = python;
  return function;
}

// The same frames, again and again.
class RepeatedFrames final : public ByteSource {
 public:
  RepeatedFrames(const Bytes& run, std::int64_t times) : run_(run), left_(times) {}
  std::span<const std::byte> next() override {
    return left_-- > 0 ? std::span(run_) : std::span<const std::byte>();
  }

 private:
  const Bytes& run_;
  std::int64_t left_;
};

Bytes read_all(ByteSource& source) {
  Bytes all;
  for (auto run = source.next(); !run.empty(); run = source.next()) {
    all.insert(all.end(), run.begin(), run.end());
  }
  return all;
}

// A runner whose tasks are written down, not run.
template <typename Base>
class Recorder final : public Base {
 public:
  template <typename... Arguments>
  explicit Recorder(Arguments&&... arguments) : Base(std::forward<Arguments>(arguments)...) {}

  Bytes task(ByteSource& data, bool frames) const {
    Bytes bytes;
    const TaskContext context;
    const BroadcastChange no_broadcasts;
    write_task_header(this->release().variant(),
                      {.context = context,
                       .python_version = this->first().python_version,
                       .files_directory = "/tmp",
                       .includes = {},
                       .broadcasts = no_broadcasts,
                       .eval_type = this->eval_type(),
                       .runner_conf = this->options().runner_conf,
                       .eval_conf = this->options().eval_conf,
                       .write_command = [this](BytesWriter& out) { this->write_command(out); }},
                      bytes);
    BytesWriter out(bytes);
    out.raw(read_all(data));
    if (frames) out.i32(end_of_data);
    out.i32(end_of_stream);
    return bytes;
  }
};

class RddRecorder : public BasePythonRunner {
 protected:
  RddRecorder(WorkerFactories& factories, PythonFunction function)
      : BasePythonRunner(factories, {{.functions = {std::move(function)}}}, EvalType::non_udf, {{}},
                         {}) {}
  void write_command(BytesWriter& out) const override { out.bytes(*first().command); }
};

class UdfRecorder : public BasePythonUdfRunner {
 protected:
  UdfRecorder(WorkerFactories& factories, PythonFunction function, EvalType type)
      : BasePythonUdfRunner(factories, {{.functions = {std::move(function)}}}, type, {{0}}, {}) {}
};

class FramesJob final : public Job {
 public:
  FramesJob(WorkerFactories& factories, PythonFunction function, Bytes frames,
            std::int64_t rows_per_run, std::int64_t rows)
      : factories_(factories),
        function_(std::move(function)),
        frames_(std::move(frames)),
        times_(rows / rows_per_run),
        rows_(times_ * rows_per_run),
        runner_(factories, function_) {}

  void run() const override {
    const auto task = runner_.compute(std::make_unique<RepeatedFrames>(frames_, times_), {});
    while (!task->next().empty()) {
    }
  }

  Bytes recorded() const override {
    RepeatedFrames data(frames_, times_);
    return Recorder<RddRecorder>(factories_, function_).task(data, true);
  }

  bool answers_in_arrow() const override { return false; }
  std::int64_t rows() const override { return rows_; }

 private:
  WorkerFactories& factories_;
  const PythonFunction function_;
  const Bytes frames_;
  const std::int64_t times_;
  const std::int64_t rows_;
  const PythonRunner runner_;
};

std::shared_ptr<arrow::RecordBatch> counted(std::int64_t rows) {
  arrow::Int64Builder builder;
  std::vector<std::int64_t> values(static_cast<std::size_t>(rows));
  for (std::int64_t i = 0; i < rows; ++i) values[static_cast<std::size_t>(i)] = i;
  if (!builder.AppendValues(values).ok()) throw Error("there is no memory for the rows");
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("id", arrow::int64(), false)}), rows,
                                  {builder.Finish().ValueOrDie()});
}

// One large batch, which the runner cuts.
class ArrowJob final : public Job {
 public:
  ArrowJob(WorkerFactories& factories, PythonFunction function, EvalType type, std::int64_t rows)
      : factories_(factories),
        function_(std::move(function)),
        type_(type),
        batch_(counted(rows / rows_per_batch * rows_per_batch)),
        runner_(factories, {{.functions = {function_}}}, type, {{0}}) {}

  void run() const override {
    const auto task = runner_.compute(batches(), {});
    std::int64_t rows = 0;
    while (const auto batch = task->next()) rows += batch->num_rows();
    if (rows != batch_->num_rows()) throw Error("rows were lost");
  }

  Bytes recorded() const override {
    const auto data = arrow_stream_input(batches(), {}, eval_type_info(type_).input_in_struct);
    return Recorder<UdfRecorder>(factories_, function_, type_).task(*data, false);
  }

  bool answers_in_arrow() const override { return true; }
  std::int64_t rows() const override { return batch_->num_rows(); }

 private:
  std::unique_ptr<BatchSource> batches() const {
    return std::make_unique<BatchList>(batch_->schema(), arrow::RecordBatchVector{batch_});
  }

  WorkerFactories& factories_;
  const PythonFunction function_;
  const EvalType type_;
  const std::shared_ptr<arrow::RecordBatch> batch_;
  const ArrowPythonRunner runner_;
};

}  // namespace

std::unique_ptr<Job> make_job(const std::string& name, WorkerFactories& factories,
                              const std::string& python, const std::string& folder,
                              std::int64_t rows) {
  PythonFunction function = read_function(python, folder + "/" + name);
  if (name == "pandas_udf" || name == "map_in_arrow") {
    const EvalType type =
        name == "pandas_udf" ? EvalType::sql_scalar_pandas_udf : EvalType::sql_map_arrow_iter_udf;
    return std::make_unique<ArrowJob>(factories, std::move(function), type, rows);
  }
  Bytes frames = read_file(folder + "/" + name + ".frames");
  std::int64_t items = 0;
  for ([[maybe_unused]] const Frame frame : frames_of(frames)) ++items;
  if (name == "ints") items *= ints_per_frame;
  return std::make_unique<FramesJob>(factories, std::move(function), std::move(frames), items,
                                     rows);
}

}  // namespace py4cpp::bench
