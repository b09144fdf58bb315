// SPDX-License-Identifier: Apache-2.0
//
// Record batches through a Python function that is named by its module, and back as they come:
//   batches PYTHON FOLDER
// PYTHON is an interpreter that has pyspark (or the small pyspark-client) and pyarrow; FOLDER has
// functions.py.
#include <arrow/api.h>

#include <iostream>
#include <memory>
#include <py4cpp/arrow/arrow_runner.hpp>
#include <py4cpp/python_command.hpp>

using namespace py4cpp::runner;

// Batches that are made one by one, when the worker is ready for the next.
class Readings final : public BatchSource {
 public:
  std::shared_ptr<arrow::Schema> schema() override {
    return arrow::schema({arrow::field("celsius", arrow::float64())});
  }

  std::shared_ptr<arrow::RecordBatch> next() override {
    if (made_ == 3) return nullptr;
    arrow::DoubleBuilder celsius;
    for (int i = 0; i < 4; ++i) (void)celsius.Append(20 * made_ + 5 * i);
    ++made_;
    return arrow::RecordBatch::Make(schema(), 4, {celsius.Finish().ValueOrDie()});
  }

 private:
  int made_ = 0;
};

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const PythonInstallation python = probe_python(argv[1]);
  WorkerFactories pool({.release = PythonRelease::parse(python.pyspark_version),
                        .client_package = python.client_package,
                        .environment = {{"PYTHONPATH", argv[2]}}});

  PythonFunction function;
  function.python_executable = argv[1];
  function.python_version = python.python_version;
  function.command =
      std::make_shared<const Bytes>(python_function_command("functions", "to_fahrenheit",
                                                            R"({"type": "struct", "fields": [
          {"name": "fahrenheit", "type": "double", "nullable": true, "metadata": {}}]})"));

  const ArrowPythonRunner runner(pool, {{.functions = {function}}},
                                 EvalType::sql_map_arrow_iter_udf, {{0}});
  const auto task = runner.compute(std::make_unique<Readings>(), TaskContext{});
  for (const auto& batch : *task) {
    std::cout << batch->column_name(0) << " " << batch->column(0)->ToString() << "\n";
  }
}
