// SPDX-License-Identifier: Apache-2.0
//
// The `pyspark` command of the pip packages ends in `spark-submit pyspark-shell-main`: check the
// options while we can still explain what is wrong, leave them to the shell's own gateway, and
// become Python.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "launcher/commands.hpp"
#include "launcher/home.hpp"
#include "launcher/interpreter.hpp"
#include "launcher/submission.hpp"

namespace py4cpp::launcher {
namespace {

// In the form that Python's shlex.split undoes.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char letter : text) {
    if (letter == '\'') {
      result += "'\\''";
    } else {
      result += letter;
    }
  }
  return result + "'";
}

// PYSPARK_DRIVER_PYTHON_OPTS, at its blanks.
std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> result;
  std::size_t begin = text.find_first_not_of(" \t");
  while (begin != std::string::npos) {
    const std::size_t end = text.find_first_of(" \t", begin);
    result.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(" \t", end);
  }
  return result;
}

}  // namespace

int become_shell(const SubmitOptions& options, const std::vector<std::string>& arguments) {
  if (!options.script.empty()) {
    throw UsageError("pyspark's shell runs no script; use 'py4cpp run " + options.script + "'");
  }
  prepare_own_environment();
  const Environment environment = current_environment();
  const Submission submission = make_submission(options, environment);
  const Interpreters interpreters = find_interpreters(submission.conf, environment);

  std::string submit_arguments;
  for (const std::string& argument : arguments) submit_arguments += quoted(argument) + " ";
  submit_arguments += shell_gateway;
  ::setenv("PYSPARK_SUBMIT_ARGS", submit_arguments.c_str(), 1);
  ::setenv("PYSPARK_PYTHON", interpreters.workers.c_str(), 1);
  ::setenv("SPARK_HOME", find_home().c_str(), 0);

  std::vector<std::string> command = {interpreters.driver};
  if (const char* extra = std::getenv("PYSPARK_DRIVER_PYTHON_OPTS")) {
    for (std::string& word : words(extra)) command.push_back(std::move(word));
  }
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(argv.front(), argv.data());
  throw Error("cannot start '" + interpreters.driver + "': " + std::strerror(errno));
}

}  // namespace py4cpp::launcher
