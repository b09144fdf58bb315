// SPDX-License-Identifier: Apache-2.0
//
// A program to be killed: starts everything that the runner can start, each stuck in a task, prints
// the process ids and waits. victim PYTHON FUNCTIONS_DIR
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>

#include "runner/frames.hpp"
#include "runner/piped_process.hpp"
#include "runner/python_runner.hpp"

namespace {

using namespace py4cpp::runner;

PythonFunction stuck_function(const std::string& python, const std::string& folder) {
  std::ifstream file(folder + "/hang", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto bytes = std::as_bytes(std::span(text));
  PythonFunction function;
  function.command = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
  function.python_executable = python;
  function.python_version = probe_python(python).python_version;
  return function;
}

int serve(const std::string& python, const std::string& folder) {
  const PythonRelease release = PythonRelease::parse(probe_python(python).pyspark_version);
  const PythonFunction function = stuck_function(python, folder);
  WorkerFactories forked({.release = release});
  WorkerFactories simple({.release = release, .use_daemon = false});
  const auto first = PythonRunner(forked, function).compute(std::make_unique<EmptySource>(), {});
  const auto second = PythonRunner(simple, function).compute(std::make_unique<EmptySource>(), {});
  PipedProcess command({.command = {"sh", "-c", "echo $$; exec sleep 600"}},
                       std::make_unique<EmptySource>());
  const std::string line(frames_of(command.next()).begin()->text());
  std::printf("%d %d %s\n", first->worker_pid(), second->worker_pid(), line.c_str());
  std::fflush(stdout);
  ::pause();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    return serve(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "victim: %s\n", error.what());
    return 1;
  }
}
