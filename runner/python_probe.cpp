// SPDX-License-Identifier: Apache-2.0
//
// The question to an interpreter, put and waited for in one call.
#include <chrono>

#include "base/process.hpp"
#include "base/socket.hpp"
#include "runner/pool/python_question.hpp"
#include "runner/python_release.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::chrono::milliseconds probe_ms_max{30'000};

}  // namespace

PythonInstallation probe_python(const std::string& python_executable,
                                const std::map<std::string, std::string>& environment) {
  Environment whole = current_environment();
  for (const auto& [name, value] : environment) whole[name] = value;
  PythonQuestion question(python_executable, std::move(whole),
                          [](const ProcessOptions& options) { return Process(options); });
  return question.answer({after(probe_ms_max), nullptr});
}

}  // namespace py4cpp::runner
