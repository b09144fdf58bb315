// SPDX-License-Identifier: Apache-2.0
//
// How long an empty Python task takes on a reused worker, as one JSON line: runner_tasks PYTHON
// COMMAND_FILE [TASKS [tcp]]. COMMAND_FILE holds a pickled command for RDD data.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "runner/python_runner.hpp"

namespace {

using namespace py4cpp::runner;
using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

PythonFunction read_function(const std::string& python, const char* command_file) {
  std::ifstream file(command_file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto bytes = std::as_bytes(std::span(text));
  PythonFunction function;
  function.command = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
  function.python_executable = python;
  return function;
}

int measure(const std::string& python, const char* command_file, int tasks, bool tcp) {
  const PythonInstallation installation = probe_python(python);
  WorkerFactories factories(
      {.release = PythonRelease::parse(installation.pyspark_version), .unix_sockets = !tcp});
  PythonFunction function = read_function(python, command_file);
  function.python_version = installation.python_version;
  const PythonRunner runner(factories, std::move(function));

  std::vector<double> times;
  double first_ms = 0;
  for (int i = 0; i <= tasks; ++i) {
    const Clock::time_point begin = Clock::now();
    const auto task = runner.compute(std::make_unique<EmptySource>(), {.task_attempt_id = i});
    while (!task->next().empty()) {
    }
    if (i == 0) {
      first_ms = ms_since(begin);
    } else {
      times.push_back(ms_since(begin));
    }
  }
  const double cpu_ms = 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  std::sort(times.begin(), times.end());
  const bool unix_sockets = !tcp && factories.options().release.variant().unix_sockets;
  std::printf(
      "{\"case\": \"empty task, pyspark %s, %s\", \"ms_per_task\": %.3f, \"ms_fastest\": %.3f, "
      "\"engine_cpu_ms_per_task\": %.3f, \"first_task_ms\": %.1f, \"tasks\": %d}\n",
      installation.pyspark_version.c_str(), unix_sockets ? "unix" : "tcp", times[times.size() / 2],
      times.front(), cpu_ms / (tasks + 1), first_ms, tasks);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: runner_tasks PYTHON COMMAND_FILE [TASKS [tcp]]\n");
    return 2;
  }
  try {
    const int tasks = argc > 3 ? std::max(1, std::atoi(argv[3])) : 200;
    return measure(argv[1], argv[2], tasks, argc > 4 && std::string(argv[4]) == "tcp");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "runner_tasks: %s\n", error.what());
    return 1;
  }
}
