// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/python_question.hpp"

#include <array>
#include <csignal>
#include <sstream>
#include <utility>

#include "base/error.hpp"
#include "runner/pool/handshake.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::size_t answer_bytes_max = 16384;

// Finds pyspark without importing it, which would take ten times as long, and imports nothing else
// that Python does not have in memory when it starts. The package pyspark-client has broadcasts
// neither where 3.5 has them nor in the core of later releases. The marks around the answer tell it
// from what a site's start-up files print.
constexpr const char* script = R"(
import os, sys
def find(name, path=None):
    specs = (finder.find_spec(name, path) for finder in sys.meta_path)
    return next((spec for spec in specs if spec is not None), None)
spec = find('pyspark')
version, whole = '', False
if spec is not None and spec.submodule_search_locations:
    folders = list(spec.submodule_search_locations)
    if hasattr(spec.loader, 'get_data'):
        text = spec.loader.get_data(os.path.join(folders[0], 'version.py')).decode()
        words = text.partition('__version__')[2].partition('=')[2].split()
        version = words[0].strip('"\'') if words else ''
    whole = any(find('pyspark.' + part, folders) for part in ('core', 'broadcast'))
print('<py4cpp>%d.%d %s %s</py4cpp>' % (sys.version_info[0], sys.version_info[1],
                                        'whole' if whole else 'client', version))
)";

std::string read_all(const Fd& pipe, const Patience& patience) {
  std::string text;
  std::array<char, 4096> chunk{};
  while (text.size() < answer_bytes_max && wait_readable(pipe, patience)) {
    const ssize_t count = ::read(pipe.get(), chunk.data(), chunk.size());
    if (count <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

PythonQuestion::PythonQuestion(std::string python_executable, Environment environment,
                               const Spawn& spawn)
    : python_executable_(std::move(python_executable)) {
  Pipe out = make_pipe();
  process_ = spawn({.argv = {python_executable_, "-c", script},
                    .environment = std::move(environment),
                    .working_directory = {},
                    .stdin_fd = -1,
                    .stdout_fd = out.write_end.get(),
                    .stderr_fd = out.write_end.get(),
                    .keep_fds = {},
                    .new_process_group = false,
                    .death_signal = SIGKILL});
  output_ = std::move(out.read_end);
}

PythonInstallation PythonQuestion::answer(const Patience& patience) {
  const std::string said = read_all(output_, patience);
  const auto status = process_.wait_until(patience.deadline);
  const bool failed = !status || (status->known() && !status->success());
  constexpr std::string_view opening = "<py4cpp>";
  const std::size_t begin = said.find(opening);
  const std::size_t end = said.find("</py4cpp>");
  if (failed || begin == std::string::npos || end == std::string::npos) {
    throw Error("'" + python_executable_ + "' is no usable Python 3 (" +
                (status ? status->text() : std::string("no answer in time")) +
                "); it said: " + printable(said));
  }
  std::istringstream found(said.substr(begin + opening.size(), end - begin - opening.size()));
  PythonInstallation installation;
  std::string package;
  found >> installation.python_version >> package >> installation.pyspark_version;
  installation.client_package = package == "client";
  if (installation.pyspark_version.empty()) {
    throw Error("'" + python_executable_ +
                "' finds no PySpark; install it there (pip install "
                "pyspark) or name another interpreter");
  }
  return installation;
}

void require_release(const std::string& python_executable, const PythonInstallation& found,
                     PythonRelease expected) {
  const std::string what =
      "'" + python_executable + "' has PySpark " + found.pyspark_version + " for its workers";
  try {
    if (PythonRelease::parse(found.pyspark_version) == expected) return;
  } catch (const Error& error) {
    throw Error(what + ": " + error.what());
  }
  throw Error(what + ", but they were said to have " + expected.text() +
              ": set WorkerOptions::release to what probe_python tells of it, or name an "
              "interpreter with PySpark " +
              expected.text());
}

}  // namespace py4cpp::runner
