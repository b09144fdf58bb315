// SPDX-License-Identifier: Apache-2.0
//
// Asks an interpreter what it is, and which PySpark it has. A child process answers in one line.
#include <array>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/socket.hpp"
#include "runner/pool/handshake.hpp"
#include "runner/python_release.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::chrono::milliseconds probe_ms_max{30'000};
constexpr std::size_t answer_bytes_max = 16384;

// Finds pyspark without importing it, which would take ten times as long. The package
// pyspark-client has broadcasts neither where 3.5 has them nor in the core of later releases. The
// marks around the answer tell it from what a site's start-up files print.
constexpr const char* script = R"(
import importlib.machinery, importlib.util, os, re, sys
spec = importlib.util.find_spec('pyspark')
text, whole = '', False
if spec is not None and spec.submodule_search_locations:
    loader = spec.loader
    path = os.path.join(list(spec.submodule_search_locations)[0], 'version.py')
    if hasattr(loader, 'get_data'):
        text = loader.get_data(path).decode()
    whole = any(importlib.machinery.PathFinder.find_spec('pyspark.' + part,
                                                         spec.submodule_search_locations)
                for part in ('core', 'broadcast'))
found = re.search(r'__version__[^=]*=\s*["\']([^"\']+)', text)
print('<py4cpp>%d.%d %s %s</py4cpp>' % (sys.version_info[0], sys.version_info[1],
                                        'whole' if whole else 'client',
                                        found.group(1) if found else ''))
)";

std::string read_all(const Fd& pipe, Deadline deadline) {
  std::string text;
  std::array<char, 4096> chunk{};
  while (text.size() < answer_bytes_max && wait_readable(pipe, deadline)) {
    const ssize_t count = ::read(pipe.get(), chunk.data(), chunk.size());
    if (count <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

PythonInstallation probe_python(const std::string& python_executable,
                                const std::map<std::string, std::string>& environment) {
  Environment whole = current_environment();
  for (const auto& [name, value] : environment) whole[name] = value;
  Pipe out = make_pipe();
  Process process({.argv = {python_executable, "-c", script},
                   .environment = std::move(whole),
                   .working_directory = {},
                   .stdin_fd = -1,
                   .stdout_fd = out.write_end.get(),
                   .stderr_fd = out.write_end.get(),
                   .keep_fds = {},
                   .new_process_group = false,
                   .death_signal = 0});
  out.write_end.reset();
  const Deadline deadline = after(probe_ms_max);
  const std::string answer = read_all(out.read_end, deadline);
  const auto status = process.wait_until(deadline);
  constexpr std::string_view opening = "<py4cpp>";
  const std::size_t begin = answer.find(opening);
  const std::size_t end = answer.find("</py4cpp>");
  if (!status || !status->success() || begin == std::string::npos || end == std::string::npos) {
    throw Error("'" + python_executable + "' is no usable Python 3 (" +
                (status ? status->text() : std::string("no answer in time")) +
                "); it said: " + printable(answer));
  }
  std::istringstream found(answer.substr(begin + opening.size(), end - begin - opening.size()));
  PythonInstallation installation;
  std::string package;
  found >> installation.python_version >> package >> installation.pyspark_version;
  installation.client_package = package == "client";
  if (installation.pyspark_version.empty()) {
    throw Error("'" + python_executable +
                "' finds no PySpark; install it there (pip install "
                "pyspark) or name another interpreter");
  }
  return installation;
}

}  // namespace py4cpp::runner
