// SPDX-License-Identifier: Apache-2.0
//
// The vocabulary of the tests with Arrow data and real workers: functions by their names in
// arrow_functions.py.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../leftovers.hpp"
#include "arrow_data.hpp"
#include "runner/arrow/arrow_runner.hpp"

namespace py4cpp::runner::test {

/// Environments with the releases of pyspark to test, the newest first: those that PY4CPP_PYSPARK
/// and PY4CPP_PYSPARK_35 name. Throws Error when one is missing.
const std::vector<std::string>& pyspark_environments();

/// Workers with Arrow and pandas from the environment PY4CPP_ARRAYS, and pyspark from another one.
/// At the end it checks that no process and no descriptor stayed behind.
class ArrowWorkers {
 public:
  explicit ArrowWorkers(const std::string& pyspark = pyspark_environments().front(),
                        WorkerOptions options = {});

  /// A function over columns or batches, whose results have a type that is given as JSON.
  ArrowPythonRunner runner(const std::string& function_name, EvalType eval_type,
                           const std::string& type_json, const ArrowOptions& options = {});
  /// A function from batches of numbers_schema() to such.
  ArrowPythonRunner runner(const std::string& function_name, const ArrowOptions& options = {});

  PythonFunction function(Bytes command) const;
  WorkerFactories& factories() { return *factories_; }

 private:
  const std::string python_;
  std::string python_version_;
  NothingIsLeft nothing_is_left_;  // looks when the factories are gone
  std::unique_ptr<WorkerFactories> factories_;
};

/// The JSON of numbers_schema().
extern const char* const numbers_json;

/// The same batch, again and again.
class Repeated final : public BatchSource {
 public:
  Repeated(std::shared_ptr<arrow::RecordBatch> batch, int times)
      : batch_(std::move(batch)), left_(times) {}
  std::shared_ptr<arrow::Schema> schema() override { return batch_->schema(); }
  std::shared_ptr<arrow::RecordBatch> next() override { return left_-- > 0 ? batch_ : nullptr; }

 private:
  std::shared_ptr<arrow::RecordBatch> batch_;
  int left_;
};

}  // namespace py4cpp::runner::test
