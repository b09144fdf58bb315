// SPDX-License-Identifier: Apache-2.0
#include "runner/python_runner.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "runner/pool/lease.hpp"
#include "runner/task/running_task.hpp"
#include "runner/task/task_header.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {
namespace {

std::vector<ChainedPythonFunctions> checked(std::vector<ChainedPythonFunctions> functions,
                                            const std::vector<std::vector<int>>& argument_offsets) {
  if (functions.size() != argument_offsets.size()) {
    throw Error("there are " + std::to_string(functions.size()) + " Python functions but " +
                std::to_string(argument_offsets.size()) + " lists of argument offsets");
  }
  if (functions.empty()) throw Error("a Python runner needs a function");
  for (const ChainedPythonFunctions& chain : functions) {
    const auto missing = [](const PythonFunction& function) { return !function.command; };
    if (chain.functions.empty() ||
        std::any_of(chain.functions.begin(), chain.functions.end(), missing)) {
      throw Error("a Python function has no command to run");
    }
  }
  return functions;
}

// Brings what the worker holds in line with what the function needs.
BroadcastChange change_broadcasts(const PythonFunction& function, Worker& worker) {
  BroadcastChange change;
  std::set<std::int64_t> needed;
  for (const auto& broadcast : function.broadcasts) {
    if (!needed.insert(broadcast->id).second) continue;
    if (!worker.broadcast_ids.contains(broadcast->id)) change.added.push_back(broadcast.get());
  }
  for (const std::int64_t id : worker.broadcast_ids) {
    if (!needed.contains(id)) change.removed.push_back(id);
  }
  worker.broadcast_ids = std::move(needed);
  return change;
}

}  // namespace

BasePythonRunner::BasePythonRunner(WorkerFactories& factories,
                                   std::vector<ChainedPythonFunctions> functions,
                                   EvalType eval_type,
                                   std::vector<std::vector<int>> argument_offsets,
                                   RunnerOptions options)
    : functions_(checked(std::move(functions), argument_offsets)),
      eval_type_(eval_type),
      argument_offsets_(std::move(argument_offsets)),
      options_(std::move(options)),
      release_(factories.options().release),
      factory_(factories.get(first().python_executable, first().environment)) {}

std::unique_ptr<PythonTask> BasePythonRunner::compute(
    std::unique_ptr<ByteSource> input, const TaskContext& context,
    std::shared_ptr<const CancelToken> cancel) const {
  if (cancel) cancel->throw_if_cancelled();
  Lease lease = factory_.acquire();
  const BroadcastChange broadcasts = change_broadcasts(first(), *lease);
  Bytes header;
  write_task_header(release_.variant(),
                    {.context = context,
                     .python_version = first().python_version,
                     .files_directory = options_.files_directory,
                     .includes = first().includes,
                     .broadcasts = broadcasts,
                     .eval_type = static_cast<std::int32_t>(eval_type_),
                     .runner_conf = options_.runner_conf,
                     .eval_conf = options_.eval_conf,
                     .write_command = [this](BytesWriter& out) { write_command(out); }},
                    header);
  return std::make_unique<RunningTask>(
      std::move(lease), TaskInput(std::move(header), std::move(input)), std::move(cancel));
}

PythonRunner::PythonRunner(WorkerFactories& factories, PythonFunction function,
                           RunnerOptions options)
    : BasePythonRunner(factories, {{.functions = {std::move(function)}}}, EvalType::non_udf, {{}},
                       std::move(options)) {}

void PythonRunner::write_command(BytesWriter& out) const { out.bytes(*first().command); }

}  // namespace py4cpp::runner
