// SPDX-License-Identifier: Apache-2.0
#include "worker_fixture.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "base/error.hpp"
#include "base/process.hpp"
#include "runner/frames.hpp"

namespace py4cpp::runner::test {
namespace {

std::vector<Interpreter> named_interpreters() {
  std::vector<Interpreter> found;
  for (const char* variable :
       {"PY4CPP_ENV_43", "PY4CPP_ENV_42", "PY4CPP_ENV_41", "PY4CPP_ENV_40", "PY4CPP_ENV_35"}) {
    const char* python = std::getenv(variable);
    if (!python) continue;
    const PythonInstallation installed = probe_python(python);
    found.push_back({PythonRelease::parse(installed.pyspark_version), python,
                     installed.python_version, installed.client_package});
  }
  if (!found.empty()) return found;
  throw Error(
      "PY4CPP_ENV_43 must name an interpreter with pyspark 4.3, or PY4CPP_ENV_35, _40, "
      "_41, _42 one with that release");
}

// Made once per interpreter, and gone with this process.
const std::string& functions_folder(const std::string& python) {
  static std::map<std::string, TempDir> folders;
  static std::map<std::string, std::string> names;
  if (!folders.contains(python)) {
    TempDir folder(default_temp_root(), "py4cpp-functions-");
    Process maker({.argv = {python, PY4CPP_MAKE_FUNCTIONS, folder.path().string()}});
    REQUIRE(maker.wait().success());
    names[python] = folder.path().string();
    folders.emplace(python, std::move(folder));
  }
  return names[python];
}

}  // namespace

const std::vector<Interpreter>& interpreters() {
  static const std::vector<Interpreter> all = named_interpreters();
  return all;
}

Bytes frames(const std::vector<std::string>& texts) {
  Bytes bytes;
  for (const std::string& text : texts) append_frame(bytes, text);
  return bytes;
}

std::vector<std::string> texts(std::span<const std::byte> frames) {
  std::vector<std::string> found;
  for (const Frame frame : frames_of(frames)) found.emplace_back(frame.text());
  return found;
}

std::unique_ptr<ByteSource> source(const std::vector<std::string>& texts) {
  return std::make_unique<BytesSource>(frames(texts));
}

std::vector<std::string> read_all(ByteSource& source) {
  std::vector<std::string> all;
  for (;;) {
    const auto run = source.next();
    if (run.empty()) return all;
    for (std::string& text : texts(run)) all.push_back(std::move(text));
  }
}

std::size_t resident_mb() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * 4096 >> 20;
}

Log Recorder::log() {
  return [shared = shared_](LogLevel, std::string_view component, std::string_view text) {
    const std::lock_guard lock(shared->mutex);
    shared->text += std::string(component) + ": " + std::string(text) + "\n";
  };
}

OutputSink Recorder::sink() {
  return [shared = shared_](const OutputLine& line) {
    const std::lock_guard lock(shared->mutex);
    shared->text += std::string(line.text) + "\n";
  };
}

std::string Recorder::text() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->text;
}

Workers::Workers(const Interpreter& interpreter, WorkerOptions options)
    : interpreter_(interpreter), folder_(functions_folder(interpreter.python)) {
  options.release = interpreter.release;
  options.client_package = interpreter.client_package;
  options.log = recorder_.log();
  options.output = recorder_.sink();
  factories_ = std::make_unique<WorkerFactories>(std::move(options));
}

PythonFunction Workers::function(const std::string& name) const {
  std::ifstream file(folder_ + "/" + name, std::ios::binary);
  REQUIRE_MESSAGE(file, name);
  Bytes command;
  for (auto at = std::istreambuf_iterator<char>(file); at != std::istreambuf_iterator<char>();
       ++at) {
    command.push_back(static_cast<std::byte>(*at));
  }
  PythonFunction made;
  made.command = std::make_shared<const Bytes>(std::move(command));
  made.python_executable = interpreter_.python;
  made.python_version = interpreter_.python_version;
  return made;
}

std::unique_ptr<PythonTask> Workers::start(const std::string& name,
                                           const std::vector<std::string>& input,
                                           std::shared_ptr<const CancelToken> cancel) {
  const PythonRunner runner(*factories_, function(name), {.files_directory = folder_});
  return runner.compute(source(input), {}, std::move(cancel));
}

std::vector<std::string> Workers::run(const std::string& name,
                                      const std::vector<std::string>& input) {
  return read_all(*start(name, input));
}

}  // namespace py4cpp::runner::test
