// SPDX-License-Identifier: Apache-2.0
#include "runner/python_udf_runner.hpp"

#include <string>
#include <utility>

#include "base/error.hpp"
#include "runner/task/udf_command.hpp"

namespace py4cpp::runner {
namespace {

constexpr const char* table_offsets_key = "table_arg_offsets";

EvalType checked_payload(EvalType type, PayloadForm needed, const char* runners) {
  const EvalTypeInfo& info = eval_type_info(type);
  if (info.payload == needed) return type;
  throw Error(std::string(info.name) + " is no eval type for " + runners +
              "; use the runner that its data needs");
}

std::string comma_list(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
  return text;
}

// Where the release has an eval conf, the offsets of table arguments are in it.
RunnerOptions with_table_offsets(RunnerOptions options, const PythonTableFunction& function,
                                 EvalType type, const PythonRelease& release) {
  if (type == EvalType::sql_arrow_udtf && release.variant().conf_always) {
    options.eval_conf[table_offsets_key] = comma_list(function.table_argument_offsets);
  }
  return options;
}

PythonTableFunction checked_function(PythonTableFunction function, EvalType type,
                                     const PythonRelease& release) {
  if (function.return_type_json.empty()) {
    throw Error(
        "a table function has no return type; set return_type_json to the JSON of a "
        "StructType");
  }
  if (!release.variant().udtf_details &&
      (!function.partition_child_indexes.empty() || function.analyze_result)) {
    throw Error("a table function of PySpark " + release.text() +
                " has neither partition columns nor an analysis; leave them out or use a later "
                "release");
  }
  if (type != EvalType::sql_arrow_udtf && !function.table_argument_offsets.empty()) {
    throw Error(
        "only SQL_ARROW_UDTF takes whole tables as arguments; leave "
        "table_argument_offsets empty for " +
        std::string(eval_type_info(type).name));
  }
  return function;
}

}  // namespace

BasePythonUdfRunner::BasePythonUdfRunner(WorkerFactories& factories,
                                         std::vector<ChainedPythonFunctions> functions,
                                         EvalType eval_type,
                                         std::vector<std::vector<Argument>> argument_offsets,
                                         RunnerOptions options)
    : BasePythonRunner(factories, std::move(functions),
                       checked_payload(eval_type, PayloadForm::udfs, "UDFs"),
                       std::move(argument_offsets), std::move(options)) {}

void BasePythonUdfRunner::write_command(BytesWriter& out) const {
  write_udf_command(release().variant(),
                    {.type = eval_type(),
                     .functions = functions(),
                     .arguments = argument_offsets(),
                     .input_type_json = options().input_type_json,
                     .profiler = options().udf_profiler},
                    out);
}

PythonUdfRunner::PythonUdfRunner(WorkerFactories& factories,
                                 std::vector<ChainedPythonFunctions> functions,
                                 std::vector<std::vector<Argument>> argument_offsets,
                                 RunnerOptions options)
    : BasePythonUdfRunner(factories, std::move(functions), EvalType::sql_batched_udf,
                          std::move(argument_offsets), std::move(options)) {}

BasePythonUdtfRunner::BasePythonUdtfRunner(WorkerFactories& factories, PythonTableFunction function,
                                           EvalType eval_type, RunnerOptions options)
    : BasePythonRunner(
          factories, {{.functions = {function.handler}}},
          checked_payload(eval_type, PayloadForm::udtf, "UDTFs"), {function.arguments},
          with_table_offsets(std::move(options), function, eval_type, factories.options().release)),
      function_(checked_function(std::move(function), eval_type, release())) {}

void BasePythonUdtfRunner::write_command(BytesWriter& out) const {
  write_udtf_command(
      release().variant(),
      {.type = eval_type(), .function = function_, .input_type_json = options().input_type_json},
      out);
}

PythonUdtfRunner::PythonUdtfRunner(WorkerFactories& factories, PythonTableFunction function,
                                   RunnerOptions options)
    : BasePythonUdtfRunner(factories, std::move(function), EvalType::sql_table_udf,
                           std::move(options)) {}

}  // namespace py4cpp::runner
