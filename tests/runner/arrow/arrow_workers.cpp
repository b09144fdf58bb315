// SPDX-License-Identifier: Apache-2.0
#include "arrow_workers.hpp"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "runner/python_command.hpp"

namespace py4cpp::runner::test {
namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  if (!value) throw Error(std::string(name) + " is not set");
  return value;
}

// Where an environment keeps its packages.
std::string packages_of(const std::string& environment) {
  for (const auto& entry : std::filesystem::directory_iterator(environment + "/lib")) {
    if (entry.path().filename().string().starts_with("python3")) {
      return entry.path() / "site-packages";
    }
  }
  throw Error("there are no packages in " + environment);
}

std::map<std::string, std::string> variables(const std::string& pyspark) {
  return {{"PYTHONPATH",
           packages_of(pyspark) + ":" + PY4CPP_FUNCTIONS + ":" + PY4CPP_FUNCTIONS + "/.."}};
}

// Found out once for each.
const PythonInstallation& installation(const std::string& python, const std::string& pyspark) {
  static std::map<std::string, PythonInstallation> known;
  const auto found = known.find(pyspark);
  if (found != known.end()) return found->second;
  return known.emplace(pyspark, probe_python(python, variables(pyspark))).first->second;
}

}  // namespace

const char* const numbers_json =
    R"({"type": "struct", "fields": [
        {"name": "n", "type": "long", "nullable": true, "metadata": {}},
        {"name": "text", "type": "string", "nullable": true, "metadata": {}}]})";

const std::vector<std::string>& pyspark_environments() {
  static const std::vector<std::string> all = {setting("PY4CPP_PYSPARK"),
                                               setting("PY4CPP_PYSPARK_35")};
  return all;
}

ArrowWorkers::ArrowWorkers(const std::string& pyspark, WorkerOptions options)
    : python_(setting("PY4CPP_ARRAYS")) {
  const PythonInstallation& found = installation(python_, pyspark);
  python_version_ = found.python_version;
  options.release = PythonRelease::parse(found.pyspark_version);
  options.environment = variables(pyspark);
  factories_ = std::make_unique<WorkerFactories>(std::move(options));
}

ArrowPythonRunner ArrowWorkers::runner(const std::string& function_name, EvalType eval_type,
                                       const std::string& type_json, const ArrowOptions& options) {
  const Bytes command = python_function_command("arrow_functions", function_name, type_json);
  return {*factories_, {{.functions = {function(command)}}}, eval_type, {{0}}, {}, options};
}

ArrowPythonRunner ArrowWorkers::runner(const std::string& function_name,
                                       const ArrowOptions& options) {
  return runner(function_name, EvalType::sql_map_arrow_iter_udf, numbers_json, options);
}

PythonFunction ArrowWorkers::function(Bytes command) const {
  PythonFunction made;
  made.command = std::make_shared<const Bytes>(std::move(command));
  made.python_executable = python_;
  made.python_version = python_version_;
  return made;
}

}  // namespace py4cpp::runner::test
