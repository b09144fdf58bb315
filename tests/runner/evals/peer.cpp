// SPDX-License-Identifier: Apache-2.0
//
// Runs tasks of any eval type for tests in Python: `evals_peer PYTHON`. Each line of stdin names a
// folder with a task; its answer is one line of JSON, and a file `output` in the folder. peer.py
// writes the folders and says what is in them. All tasks share one pool of workers.
#include "peer.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

#include "base/error.hpp"
#include "runner/python_udf_runner.hpp"
#include "tests/runner/hex.hpp"

namespace py4cpp::runner::test {

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw Error(path.string() + " cannot be read");
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

Pool::Pool(const std::string& python, const PythonInstallation& found)
    : python_(python),
      version_(found.python_version),
      factories_({.release = PythonRelease::parse(found.pyspark_version),
                  .client_package = found.client_package}) {}

PythonFunction Pool::function(const std::filesystem::path& command) const {
  PythonFunction made;
  made.command = std::make_shared<const Bytes>(read_file(command));
  made.python_executable = python_;
  made.python_version = version_;
  return made;
}

TaskDescription::TaskDescription(Pool& pool, std::filesystem::path folder)
    : pool_(pool), folder_(std::move(folder)) {
  std::ifstream(folder_ / "task.json") >> json_;
}

EvalType TaskDescription::eval_type() const {
  return static_cast<EvalType>(json_.at("eval_type").get<std::int32_t>());
}

std::vector<ChainedPythonFunctions> TaskDescription::functions() const {
  std::vector<ChainedPythonFunctions> made;
  for (const auto& udf : json_.at("udfs")) {
    ChainedPythonFunctions& chain = made.emplace_back();
    for (const std::string name : udf.at("commands")) {
      chain.functions.push_back(pool_.function(folder_ / name));
    }
    chain.result_id = static_cast<std::int64_t>(made.size());
  }
  return made;
}

std::vector<Argument> TaskDescription::arguments_of(const nlohmann::json& function) {
  std::vector<Argument> made;
  for (const auto& argument : function.at("arguments")) {
    made.emplace_back(argument.at("offset").get<int>(), argument.at("name").get<std::string>());
  }
  return made;
}

std::vector<std::vector<Argument>> TaskDescription::arguments() const {
  std::vector<std::vector<Argument>> made;
  for (const auto& udf : json_.at("udfs")) made.push_back(arguments_of(udf));
  return made;
}

PythonTableFunction TaskDescription::table_function() const {
  const auto& described = json_.at("udtf");
  PythonTableFunction made{
      .handler = pool_.function(folder_ / described.at("command").get<std::string>()),
      .arguments = arguments_of(described),
      .return_type_json = described.at("returns"),
      .name = described.at("name"),
      .partition_child_indexes = described.at("partition_columns"),
      .table_argument_offsets = described.at("table_arguments")};
  if (const std::string result = described.value("analyze_result", ""); !result.empty()) {
    made.analyze_result = std::make_shared<const Bytes>(read_file(folder_ / result));
  }
  return made;
}

PythonFunction TaskDescription::rdd_function() const {
  PythonFunction made = pool_.function(folder_ / json_.at("command").get<std::string>());
  for (const auto& [id, file] : json_.at("broadcasts").items()) {
    made.broadcasts.push_back(std::make_shared<const Broadcast>(
        Broadcast{.id = std::stoll(id), .path = folder_ / file.get<std::string>()}));
  }
  return made;
}

RunnerOptions TaskDescription::options() const {
  RunnerOptions made{.runner_conf = json_.at("conf"),
                     .eval_conf = json_.at("eval_conf"),
                     .input_type_json = json_.value("input_type", ""),
                     .udf_profiler = json_.at("profiler")};
  for (const auto& window : json_.at("windows")) {
    made.window_bounds.push_back(window == "bounded" ? WindowBound::bounded
                                                     : WindowBound::unbounded);
  }
  return made;
}

TaskContext TaskDescription::context() const { return {.partition_id = json_.at("partition")}; }

std::int64_t TaskDescription::batch_rows() const { return json_.at("batch_rows"); }

namespace {

using nlohmann::json;

// The runner for pickled rows of that eval type.
std::unique_ptr<BasePythonRunner> frames_runner(Pool& pool, const TaskDescription& task) {
  switch (static_cast<std::int32_t>(task.eval_type())) {
    case 0:
      return std::make_unique<PythonRunner>(pool.factories(), task.rdd_function(), task.options());
    case 100:
      return std::make_unique<PythonUdfRunner>(pool.factories(), task.functions(), task.arguments(),
                                               task.options());
    default:
      return std::make_unique<PythonUdtfRunner>(pool.factories(), task.table_function(),
                                                task.options());
  }
}

Outcome run_frames(Pool& pool, const TaskDescription& task) {
  const auto runner = frames_runner(pool, task);
  const auto running = runner->compute(
      std::make_unique<BytesSource>(read_file(task.folder() / "input")), task.context());
  std::ofstream output(task.folder() / "output", std::ios::binary);
  for (auto run = running->next(); !run.empty(); run = running->next()) {
    output.write(reinterpret_cast<const char*>(run.data()),
                 static_cast<std::streamsize>(run.size()));
  }
  return {.worker_pid = running->worker_pid(),
          .worker_reused = running->worker_reused(),
          .accumulator_updates = running->accumulator_updates()};
}

json run(Pool& pool, const std::string& folder) try {
  const TaskDescription task(pool, folder);
  const bool frames = eval_type_info(task.eval_type()).input == DataForm::frames;
  const Outcome outcome = frames ? run_frames(pool, task) : run_arrow(pool, task);
  json updates = json::array();
  for (const Bytes& update : outcome.accumulator_updates) updates.push_back(hex(update));
  return {{"worker_pid", outcome.worker_pid},
          {"worker_reused", outcome.worker_reused},
          {"accumulator_updates", updates}};
} catch (const PythonError& error) {
  return {{"error", "PythonError"}, {"text", error.what()}, {"traceback", error.traceback()}};
} catch (const WorkerFailed& error) {
  return {{"error", "WorkerFailed"}, {"text", error.what()}};
} catch (const Error& error) {
  return {{"error", "Error"}, {"text", error.what()}};
}

}  // namespace
}  // namespace py4cpp::runner::test

int main(int count, char** words) {
  using namespace py4cpp::runner;
  if (count != 2) return 2;
  test::Pool pool(words[1], probe_python(words[1]));
  for (std::string folder; std::getline(std::cin, folder);) {
    std::cout << test::run(pool, folder) << std::endl;
  }
}
