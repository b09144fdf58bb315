// SPDX-License-Identifier: Apache-2.0
#include "runner/arrow/arrow_runner.hpp"

#include <string>
#include <utility>

#include "base/error.hpp"
#include "runner/arrow/arrow_input.hpp"

namespace py4cpp::runner {
namespace {

EvalType checked_form(EvalType type, bool fits, const char* instead) {
  if (fits) return type;
  throw Error(std::string(eval_type_info(type).name) + " is not for this runner; use " + instead);
}

EvalType for_batches_or_groups(EvalType type) {
  const DataForm input = eval_type_info(type).input;
  return checked_form(type, input == DataForm::arrow_stream || input == DataForm::arrow_groups,
                      "CoGroupedArrowPythonRunner for cogroups and PythonUdfRunner for rows");
}

EvalType for_cogroups(EvalType type) {
  return checked_form(type, eval_type_info(type).input == DataForm::arrow_cogroups,
                      "ArrowPythonRunner");
}

EvalType for_udtf(EvalType type) {
  return checked_form(type, eval_type_info(type).input == DataForm::arrow_stream,
                      "PythonUdtfRunner");
}

void check_input(EvalType type, DataForm given, const char* wanted) {
  const EvalTypeInfo& info = eval_type_info(type);
  if (info.input != given) throw Error(std::string(info.name) + " wants " + wanted);
}

std::unique_ptr<ArrowTask> arrow_task(std::unique_ptr<PythonTask> task, EvalType type,
                                      const ArrowOptions& options) {
  return std::make_unique<ArrowTask>(std::move(task), eval_type_info(type).output_in_struct,
                                     options.validate_fully);
}

}  // namespace

ArrowPythonRunner::ArrowPythonRunner(WorkerFactories& factories,
                                     std::vector<ChainedPythonFunctions> functions,
                                     EvalType eval_type,
                                     std::vector<std::vector<Argument>> argument_offsets,
                                     RunnerOptions options, ArrowOptions arrow_options)
    : BasePythonUdfRunner(factories, std::move(functions), for_batches_or_groups(eval_type),
                          std::move(argument_offsets), std::move(options)),
      arrow_options_(arrow_options) {}

std::unique_ptr<ArrowTask> ArrowPythonRunner::compute(
    std::unique_ptr<BatchSource> input, const TaskContext& context,
    std::shared_ptr<const CancelToken> cancel) const {
  check_input(eval_type(), DataForm::arrow_stream, "groups, not batches");
  auto bytes = arrow_stream_input(std::move(input), arrow_options_,
                                  eval_type_info(eval_type()).input_in_struct);
  return arrow_task(compute(std::move(bytes), context, std::move(cancel)), eval_type(),
                    arrow_options_);
}

std::unique_ptr<ArrowTask> ArrowPythonRunner::compute(
    std::unique_ptr<GroupSource> input, const TaskContext& context,
    std::shared_ptr<const CancelToken> cancel) const {
  check_input(eval_type(), DataForm::arrow_groups, "batches, not groups");
  const bool in_struct = eval_type_info(eval_type()).input_in_struct;
  auto bytes = release().variant().stream_per_group
                   ? arrow_group_streams_input(std::move(input), arrow_options_, in_struct)
                   : arrow_group_batches_input(std::move(input), arrow_options_, in_struct,
                                               task_bytes_max());
  return arrow_task(compute(std::move(bytes), context, std::move(cancel)), eval_type(),
                    arrow_options_);
}

CoGroupedArrowPythonRunner::CoGroupedArrowPythonRunner(
    WorkerFactories& factories, std::vector<ChainedPythonFunctions> functions, EvalType eval_type,
    std::vector<std::vector<Argument>> argument_offsets, RunnerOptions options,
    ArrowOptions arrow_options)
    : BasePythonUdfRunner(factories, std::move(functions), for_cogroups(eval_type),
                          std::move(argument_offsets), std::move(options)),
      arrow_options_(arrow_options) {}

std::unique_ptr<ArrowTask> CoGroupedArrowPythonRunner::compute(
    std::unique_ptr<CogroupSource> input, const TaskContext& context,
    std::shared_ptr<const CancelToken> cancel) const {
  auto bytes = arrow_cogroups_input(std::move(input), arrow_options_,
                                    eval_type_info(eval_type()).input_in_struct);
  return arrow_task(compute(std::move(bytes), context, std::move(cancel)), eval_type(),
                    arrow_options_);
}

ArrowPythonUdtfRunner::ArrowPythonUdtfRunner(WorkerFactories& factories,
                                             PythonTableFunction function, EvalType eval_type,
                                             RunnerOptions options, ArrowOptions arrow_options)
    : BasePythonUdtfRunner(factories, std::move(function), for_udtf(eval_type), std::move(options)),
      arrow_options_(arrow_options) {}

std::unique_ptr<ArrowTask> ArrowPythonUdtfRunner::compute(
    std::unique_ptr<BatchSource> input, const TaskContext& context,
    std::shared_ptr<const CancelToken> cancel) const {
  auto bytes = arrow_stream_input(std::move(input), arrow_options_,
                                  eval_type_info(eval_type()).input_in_struct);
  return arrow_task(compute(std::move(bytes), context, std::move(cancel)), eval_type(),
                    arrow_options_);
}

}  // namespace py4cpp::runner
