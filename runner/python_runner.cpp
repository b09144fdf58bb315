// SPDX-License-Identifier: Apache-2.0
#include "runner/python_runner.hpp"

#include <set>
#include <utility>

#include "runner/lease.hpp"
#include "runner/pool/worker.hpp"
#include "runner/task/runner_checks.hpp"
#include "runner/task/running_task.hpp"
#include "runner/task/task_header.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {
namespace {

using Broadcasts = std::vector<std::shared_ptr<const Broadcast>>;

std::set<std::int64_t> ids_of(const Broadcasts& broadcasts) {
  std::set<std::int64_t> ids;
  for (const auto& broadcast : broadcasts) ids.insert(broadcast->id);
  return ids;
}

// What brings a worker that holds some broadcasts in line with what the functions need.
BroadcastChange broadcast_change(const Broadcasts& broadcasts, const std::set<std::int64_t>& held) {
  BroadcastChange change;
  for (const auto& broadcast : broadcasts) {
    if (!held.contains(broadcast->id)) change.added.push_back(broadcast);
  }
  const std::set<std::int64_t> needed = ids_of(broadcasts);
  for (const std::int64_t id : held) {
    if (!needed.contains(id)) change.removed.push_back(id);
  }
  return change;
}

InputEnd end_of(DataForm input) {
  return input == DataForm::frames ? InputEnd::of_frames : InputEnd::of_arrow;
}

}  // namespace

BasePythonRunner::BasePythonRunner(WorkerFactories& factories,
                                   std::vector<ChainedPythonFunctions> functions,
                                   EvalType eval_type,
                                   std::vector<std::vector<Argument>> argument_offsets,
                                   RunnerOptions options)
    : functions_(checked_functions(std::move(functions), argument_offsets)),
      eval_type_(eval_type),
      release_(factories.options().release),
      argument_offsets_(checked_arguments(std::move(argument_offsets), eval_type, release_)),
      options_(completed(std::move(options), eval_type, release_, functions_.size())),
      includes_(all_includes(functions_)),
      broadcasts_(checked_broadcasts(functions_, factories.options())),
      factory_(factories.get(first().python_executable, first().environment)),
      host_(factories.host()) {}

std::size_t BasePythonRunner::task_bytes_max() const { return host_.options.task_bytes_max; }

Lease BasePythonRunner::acquire(const std::shared_ptr<const CancelToken>& cancel) const {
  try {
    return factory_.acquire(cancel);
  } catch (...) {
    TaskMeter(host_.counters).failed(std::current_exception());
    throw;
  }
}

// A header that cannot be made fails the task, not the worker, which was not told of it yet.
Bytes BasePythonRunner::prepare(const TaskContext& context, Lease& lease) const {
  try {
    Bytes header = make_header(context, broadcast_change(broadcasts_, lease->broadcast_ids));
    lease->broadcast_ids = ids_of(broadcasts_);
    return header;
  } catch (...) {
    TaskMeter(host_.counters).failed(std::current_exception());
    lease.finish(WorkerEvent::task_clean);
    throw;
  }
}

Bytes BasePythonRunner::make_header(const TaskContext& context, BroadcastChange broadcasts) const {
  if (options_.broadcast_server && !broadcasts.added.empty()) {
    broadcasts.server = options_.broadcast_server->offer(broadcasts.added);
  }
  Bytes header;
  write_task_header(release_.variant(),
                    {.context = context,
                     .python_version = first().python_version,
                     .files_directory = options_.files_directory,
                     .includes = includes_,
                     .broadcasts = broadcasts,
                     .eval_type = eval_type_,
                     .runner_conf = options_.runner_conf,
                     .eval_conf = options_.eval_conf,
                     .write_command = [this](BytesWriter& out) { write_command(out); }},
                    header);
  return header;
}

std::unique_ptr<PythonTask> BasePythonRunner::compute(
    std::unique_ptr<ByteSource> input, const TaskContext& context,
    std::shared_ptr<const CancelToken> cancel) const {
  Lease lease = acquire(cancel);
  Bytes header = prepare(context, lease);
  lease->begin_task(context.task_attempt_id);
  const EvalTypeInfo& type = eval_type_info(eval_type_);
  const AnswerForm answer =
      type.output == DataForm::frames ? AnswerForm::frames : AnswerForm::arrow_stream;
  return std::make_unique<RunningTask>(
      std::move(lease), TaskInput(std::move(header), std::move(input), end_of(type.input)), answer,
      std::move(cancel));
}

PythonRunner::PythonRunner(WorkerFactories& factories, PythonFunction function,
                           RunnerOptions options)
    : BasePythonRunner(factories, {{.functions = {std::move(function)}}}, EvalType::non_udf, {{}},
                       std::move(options)) {}

void PythonRunner::write_command(BytesWriter& out) const { out.bytes(*first().command); }

}  // namespace py4cpp::runner
