// SPDX-License-Identifier: Apache-2.0
//
// Rows as pickled values through a Python function that a driver pickled with cloudpickle:
//   rows PYTHON COMMAND
// COMMAND is a file that make_command.py wrote. Needs no Arrow on either side.
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <py4cpp/python_runner.hpp>
#include <string>
#include <string_view>

using namespace py4cpp::runner;

Bytes bytes_of(std::string_view text) {
  const auto raw = std::as_bytes(std::span(text));
  return Bytes(raw.begin(), raw.end());
}

// Four bytes of a length: pickles are little endian, frames are big endian.
std::string little(std::size_t value) {
  return {static_cast<char>(value), static_cast<char>(value >> 8), static_cast<char>(value >> 16),
          static_cast<char>(value >> 24)};
}
std::string big(std::size_t value) {
  const std::string swapped = little(value);
  return {swapped.rbegin(), swapped.rend()};
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

  // One frame with a pickled list of two rows.
  const std::string list = "\x80\x02](" + row("Ada", 36) + row("Grace", 85) + "e.";
  auto input = std::make_unique<BytesSource>(bytes_of(big(list.size()) + list));

  const auto task = PythonRunner(pool, function).compute(std::move(input), TaskContext{});
  for (auto run : *task) {
    while (!run.empty()) {  // The function answers with a frame of bytes per row.
      std::size_t size = 0;
      for (const std::byte byte : run.first(4)) size = size << 8 | std::to_integer<unsigned>(byte);
      std::cout.write(reinterpret_cast<const char*>(run.data()) + 4,
                      static_cast<std::streamsize>(size));
      std::cout << "\n";
      run = run.subspan(4 + size);
    }
  }
}
