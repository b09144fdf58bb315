// SPDX-License-Identifier: Apache-2.0
#include "launcher/interpreter.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "base/error.hpp"

namespace py4cpp::launcher {
namespace {

namespace fs = std::filesystem;

struct Named {
  std::string name;
  std::string source;  // How the user named it, for messages.
};

template <typename Map>
std::optional<Named> lookup(const Map& map, const std::string& key, const std::string& source) {
  const auto found = map.find(key);
  if (found == map.end() || found->second.empty()) return {};
  return Named{found->second, source + key};
}

std::string path_of(const Environment& environment) {
  const auto found = environment.find("PATH");
  return found == environment.end() ? std::string() : found->second;
}

std::string absolute(const std::string& file) { return fs::absolute(file).lexically_normal(); }

std::string first_line(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::getline(file, text, '\0');
  return text;
}

// The value of one variable in /proc/<pid>/environ.
std::string variable_of(const fs::path& environ, const std::string& name) {
  std::ifstream file(environ, std::ios::binary);
  std::string entry;
  while (std::getline(file, entry, '\0')) {
    if (entry.rfind(name + "=", 0) == 0) return entry.substr(name.size() + 1);
  }
  return {};
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

}  // namespace

Interpreters find_interpreters(const std::map<std::string, std::string>& conf,
                               const Environment& environment) {
  std::optional<Named> chosen = lookup(conf, "spark.pyspark.driver.python", "--conf ");
  if (!chosen) chosen = lookup(conf, "spark.pyspark.python", "--conf ");
  if (!chosen) chosen = lookup(environment, "PYSPARK_DRIVER_PYTHON", "");
  if (!chosen) chosen = lookup(environment, "PYSPARK_PYTHON", "");

  const std::string path = path_of(environment);
  std::string driver;
  if (chosen) {
    driver = find_executable(chosen->name, path);
    if (driver.empty()) {
      throw Error("the Python interpreter '" + chosen->name + "' (from " + chosen->source +
                  ") is not there or not executable; correct that setting");
    }
  } else {
    driver = find_executable("python", path);
    if (driver.empty()) driver = find_executable("python3", path);
    if (driver.empty()) {
      throw Error("there is neither 'python' nor 'python3' on PATH (" + path +
                  "); install Python or name an interpreter with PYSPARK_PYTHON");
    }
  }
  Interpreters result{.driver = absolute(driver), .workers = {}};
  std::optional<Named> workers = lookup(conf, "spark.pyspark.python", "--conf ");
  if (!workers) workers = lookup(environment, "PYSPARK_PYTHON", "");
  result.workers = workers ? workers->name : result.driver;
  return result;
}

std::string interpreter_from(const ProcessFacts& facts) {
  const std::string name = fs::path(facts.executable).filename();
  if (name.find("python") == std::string::npos && name.find("pypy") == std::string::npos) return {};
  std::string started = facts.first_argument;
  if (started.find('/') == std::string::npos) {
    started = find_executable(started, facts.path);
  } else if (started.front() != '/') {
    started = facts.working_directory + "/" + started;
  }
  // A name that leads elsewhere was made up (exec -a), or the process has moved since.
  if (!started.empty() && same_file(started, facts.executable)) return started;
  return facts.executable;
}

std::string interpreter_of(pid_t pid) {
  const fs::path folder = fs::path("/proc") / std::to_string(pid);
  std::error_code error;
  const fs::path executable = fs::read_symlink(folder / "exe", error);
  if (error) return {};
  return interpreter_from({.first_argument = first_line(folder / "cmdline"),
                           .executable = executable,
                           .path = variable_of(folder / "environ", "PATH"),
                           .working_directory = fs::read_symlink(folder / "cwd", error)});
}

void prepare_own_environment() { ::setenv("PYTHONHASHSEED", "0", 0); }

}  // namespace py4cpp::launcher
