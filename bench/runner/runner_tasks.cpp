// SPDX-License-Identifier: Apache-2.0
//
// What Python tasks cost, as JSON lines: an empty task on a reused worker, and data through one.
// runner_tasks PYTHON COMMAND_FILE [TASKS [tcp]]. COMMAND_FILE holds a pickled command for RDD data
// that answers what it gets, in the form that raw frames have.
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

double cpu_ms() { return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The same run of frames, again and again.
class RepeatedSource final : public ByteSource {
 public:
  RepeatedSource(const Bytes& run, int times) : run_(run), left_(times) {}
  std::span<const std::byte> next() override {
    return left_-- > 0 ? std::span(run_) : std::span<const std::byte>();
  }

 private:
  const Bytes& run_;
  int left_;
};

void measure_empty_tasks(const PythonRunner& runner, const std::string& where, int tasks) {
  std::vector<double> times;
  double first_ms = 0;
  const double cpu_begin_ms = cpu_ms();
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
  std::sort(times.begin(), times.end());
  std::printf(
      "{\"case\": \"empty task, %s\", \"ms_per_task\": %.3f, \"ms_fastest\": %.3f, "
      "\"engine_cpu_ms_per_task\": %.3f, \"first_task_ms\": %.1f, \"tasks\": %d}\n",
      where.c_str(), times[times.size() / 2], times.front(),
      (cpu_ms() - cpu_begin_ms) / (tasks + 1), first_ms, tasks);
}

void measure_data(const PythonRunner& runner, const std::string& where) {
  constexpr int runs = 1600;
  constexpr std::size_t frame_bytes = 65536;
  Bytes run(4 + frame_bytes);
  run[1] = std::byte{1};  // the length, big endian
  const double cpu_begin_ms = cpu_ms();
  const Clock::time_point begin = Clock::now();
  const auto task = runner.compute(std::make_unique<RepeatedSource>(run, runs), {});
  std::size_t bytes = 0;
  for (auto frames = task->next(); !frames.empty(); frames = task->next()) bytes += frames.size();
  const double megabytes = static_cast<double>(bytes) / 1e6;
  const double seconds = ms_since(begin) / 1000;
  std::printf(
      "{\"case\": \"100 MB each way, %s\", \"mb_per_s\": %.0f, \"engine_cpu_s_per_gb\": %.3f}\n",
      where.c_str(), megabytes / seconds, (cpu_ms() - cpu_begin_ms) / (2 * megabytes));
}

int measure(const std::string& python, const char* command_file, int tasks, bool tcp) {
  const PythonInstallation installation = probe_python(python);
  WorkerFactories factories(
      {.release = PythonRelease::parse(installation.pyspark_version), .unix_sockets = !tcp});
  PythonFunction function = read_function(python, command_file);
  function.python_version = installation.python_version;
  const PythonRunner runner(factories, std::move(function));
  const bool unix_sockets = !tcp && factories.options().release.variant().unix_sockets;
  const std::string where =
      "pyspark " + installation.pyspark_version + (unix_sockets ? ", unix" : ", tcp");
  measure_empty_tasks(runner, where, tasks);
  measure_data(runner, where);
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
