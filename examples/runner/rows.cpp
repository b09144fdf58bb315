// SPDX-License-Identifier: Apache-2.0
//
// Rows as pickled values through a Python function that a driver pickled with cloudpickle:
//   rows PYTHON COMMAND
// COMMAND is a file that make_command.py wrote. Needs no Arrow on either side.
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <py4cpp/frames.hpp>
#include <py4cpp/python_runner.hpp>
#include <string>
#include <string_view>

using namespace py4cpp::runner;

Bytes bytes_of(std::string_view text) {
  const auto raw = std::as_bytes(std::span(text));
  return Bytes(raw.begin(), raw.end());
}

// A number in a pickle: four bytes, little endian.
std::string little(std::size_t value) {
  return {static_cast<char>(value), static_cast<char>(value >> 8), static_cast<char>(value >> 16),
          static_cast<char>(value >> 24)};
}

// The tuple (name, age) as a pickle has it.
std::string row(const std::string& name, std::size_t age) {
  return "X" + little(name.size()) + name + "J" + little(age) + "\x86";
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const PythonInstallation python = probe_python(argv[1]);
  WorkerFactories pool({.release = PythonRelease::parse(python.pyspark_version),
                        .client_package = python.client_package});

  std::ifstream file(argv[2], std::ios::binary);
  const std::string command{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  PythonFunction function;
  function.python_executable = argv[1];
  function.python_version = python.python_version;
  function.command = std::make_shared<const Bytes>(bytes_of(command));

  Bytes input;  // one frame with a pickled list of two rows
  append_frame(input, "\x80\x02](" + row("Ada", 36) + row("Grace", 85) + "e.");

  const auto task = PythonRunner(pool, function)
                        .compute(std::make_unique<BytesSource>(std::move(input)), TaskContext{});
  for (const auto run : *task) {  // The function answers with a frame of bytes per row.
    for (const Frame frame : frames_of(run)) std::cout << frame.text() << "\n";
  }
}
