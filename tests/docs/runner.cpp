// SPDX-License-Identifier: Apache-2.0
#include <arrow/api.h>

#include <py4cpp/arrow/arrow_runner.hpp>
#include <py4cpp/python_command.hpp>

using namespace py4cpp::runner;

struct Readings : BatchSource {
  std::shared_ptr<arrow::Schema> schema() override;
  std::shared_ptr<arrow::RecordBatch> next() override;
};

void use(const arrow::RecordBatch& batch);

void run_a_function(char** argv, const std::string& return_type_json) {
  // block 1
}
