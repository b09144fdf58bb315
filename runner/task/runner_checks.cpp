// SPDX-License-Identifier: Apache-2.0
#include "runner/task/runner_checks.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace py4cpp::runner {
namespace {

constexpr const char* profiler_key = "spark.sql.pyspark.udf.profiler";
constexpr const char* input_type_key = "input_type";

std::string described(const EvalTypeInfo& type) {
  return std::string(type.name) + " (eval type " +
         std::to_string(static_cast<std::int32_t>(type.type)) + ")";
}

void check_one_interpreter(const PythonFunction& first, const PythonFunction& other) {
  if (first.python_executable == other.python_executable &&
      first.python_version == other.python_version && first.environment == other.environment) {
    return;
  }
  throw Error(
      "functions of one runner need the same interpreter, version and environment, but "
      "there are " +
      first.python_executable + " " + first.python_version + " and " + other.python_executable +
      " " + other.python_version + "; give each its own runner");
}

void check_argument(const Argument& argument, const EvalTypeInfo& type,
                    const PythonRelease& release) {
  if (argument.offset < 0) {
    throw Error("an argument of " + described(type) + " has the column " +
                std::to_string(argument.offset) + "; columns count from 0");
  }
  if (argument.name.empty()) return;
  const std::string what =
      "the argument '" + argument.name + "' of " + described(type) + " cannot be named: ";
  if (type.named_since == ReleaseNumber{}) {
    throw Error(what + "this type knows positional arguments only");
  }
  if (release.number() < type.named_since) {
    throw Error(what + "PySpark " + release.text() + " reads names from " +
                to_text(type.named_since) + " on; pass it by position");
  }
}

// Key and value columns of each data frame, behind their counts, as argument_lists.hpp makes them.
void check_groups(const std::vector<Argument>& list, const EvalTypeInfo& type) {
  const std::size_t frames_expected = type.input == DataForm::arrow_cogroups ? 2 : 1;
  std::size_t frames = 0;
  std::size_t at = 0;
  while (at < list.size()) {
    const std::size_t length = static_cast<std::size_t>(list[at].offset);
    const std::size_t left = list.size() - at - 1;
    if (length == 0 || length > left) break;
    if (static_cast<std::size_t>(list[at + 1].offset) > length - 1) break;
    at += 1 + length;
    ++frames;
  }
  if (at == list.size() && frames == frames_expected) return;
  throw Error("the arguments of " + described(type) + " are no list of " +
              std::to_string(frames_expected) +
              " times counts, key columns and value columns; "
              "make them with " +
              (frames_expected == 2 ? "cogrouped_map_arguments" : "grouped_map_arguments"));
}

void check_one_function(std::size_t functions, const EvalTypeInfo& type) {
  if (!type.one_function || functions == 1) return;
  throw Error(described(type) + " runs one function, but there are " + std::to_string(functions) +
              "; give each its own runner");
}

std::string window_bounds_text(const std::vector<WindowBound>& bounds, const EvalTypeInfo& type,
                               std::size_t functions) {
  if (!bounds.empty() && bounds.size() != functions) {
    throw Error("there are " + std::to_string(functions) + " window functions but " +
                std::to_string(bounds.size()) + " window bounds for " + described(type));
  }
  std::string text;
  for (std::size_t i = 0; i < functions; ++i) {
    if (i > 0) text += ",";
    text += bounds.empty() || bounds[i] == WindowBound::unbounded ? "unbounded" : "bounded";
  }
  return text;
}

void add_profiler(RunnerOptions& options, const EvalTypeInfo& type, const PythonRelease& release) {
  if (options.udf_profiler.empty()) return;
  const std::string what =
      described(type) + " cannot be profiled with '" + options.udf_profiler + "': ";
  if (type.profiled_since == ReleaseNumber{}) {
    throw Error(what + "workers profile UDFs only; leave udf_profiler empty");
  }
  if (release.number() < type.profiled_since) {
    throw Error(what + "PySpark " + release.text() + " has no profiler for it; use " +
                to_text(type.profiled_since) + " or later");
  }
  if (options.udf_profiler != "perf" && options.udf_profiler != "memory") {
    throw Error("there is no UDF profiler '" + options.udf_profiler + "'; use perf or memory");
  }
  if (release.variant().conf_always) options.runner_conf[profiler_key] = options.udf_profiler;
}

void add_input_type(RunnerOptions& options, const EvalTypeInfo& type,
                    const PythonRelease& release) {
  if (type.input_type_since == ReleaseNumber{} || release.number() < type.input_type_since) return;
  if (options.input_type_json.empty()) {
    throw Error(described(type) + " of PySpark " + release.text() +
                " needs the type of its input; set input_type_json to the JSON of a StructType");
  }
  if (release.variant().conf_always) options.eval_conf[input_type_key] = options.input_type_json;
}

}  // namespace

std::vector<ChainedPythonFunctions> checked_functions(
    std::vector<ChainedPythonFunctions> functions,
    const std::vector<std::vector<Argument>>& arguments) {
  if (functions.size() != arguments.size()) {
    throw Error("there are " + std::to_string(functions.size()) + " Python functions but " +
                std::to_string(arguments.size()) + " lists of argument offsets");
  }
  if (functions.empty()) throw Error("a Python runner needs a function");
  for (const ChainedPythonFunctions& chain : functions) {
    const auto missing = [](const PythonFunction& function) { return !function.command; };
    if (chain.functions.empty() ||
        std::any_of(chain.functions.begin(), chain.functions.end(), missing)) {
      throw Error("a Python function has no command to run");
    }
    for (const PythonFunction& function : chain.functions) {
      if (function.python_version.empty()) {
        throw Error(
            "a Python function has no python_version; set it to what probe_python tells of its "
            "interpreter");
      }
      check_one_interpreter(functions.front().functions.front(), function);
    }
  }
  return functions;
}

std::vector<std::vector<Argument>> checked_arguments(std::vector<std::vector<Argument>> arguments,
                                                     EvalType type, const PythonRelease& release) {
  const EvalTypeInfo& info = eval_type_info(type, release);
  check_one_function(arguments.size(), info);
  for (const std::vector<Argument>& list : arguments) {
    for (const Argument& argument : list) check_argument(argument, info, release);
    if (info.arguments == ArgumentForm::grouped) check_groups(list, info);
  }
  return arguments;
}

RunnerOptions completed(RunnerOptions options, EvalType type, const PythonRelease& release,
                        std::size_t functions) {
  const EvalTypeInfo& info = eval_type_info(type, release);
  if (is_arrow(type)) options.runner_conf.merge(release.default_runner_conf());
  std::erase_if(options.runner_conf, [](const auto& entry) { return entry.second.empty(); });
  if (info.arguments == ArgumentForm::windowed) {
    options.runner_conf[release.variant().window_bounds_key] =
        window_bounds_text(options.window_bounds, info, functions);
  }
  add_profiler(options, info, release);
  add_input_type(options, info, release);
  return options;
}

std::vector<std::string> all_includes(const std::vector<ChainedPythonFunctions>& functions) {
  std::vector<std::string> all;
  for (const ChainedPythonFunctions& chain : functions) {
    for (const PythonFunction& function : chain.functions) {
      for (const std::string& include : function.includes) {
        if (std::find(all.begin(), all.end(), include) == all.end()) all.push_back(include);
      }
    }
  }
  return all;
}

std::vector<std::shared_ptr<const Broadcast>> checked_broadcasts(
    const std::vector<ChainedPythonFunctions>& functions, const WorkerOptions& workers) {
  std::vector<std::shared_ptr<const Broadcast>> all;
  std::set<std::int64_t> seen;
  for (const ChainedPythonFunctions& chain : functions) {
    for (const PythonFunction& function : chain.functions) {
      for (const auto& broadcast : function.broadcasts) {
        if (seen.insert(broadcast->id).second) all.push_back(broadcast);
      }
    }
  }
  if (!all.empty() && workers.client_package) {
    throw Error(
        "a Python function has broadcasts, which workers of the package pyspark-client cannot "
        "read; install pyspark for them instead, or send the values in another way");
  }
  return all;
}

}  // namespace py4cpp::runner
