// SPDX-License-Identifier: Apache-2.0
//
// The `py4cpp` command. `spark-submit` of our SPARK_HOME calls it as `py4cpp spark-submit …`.
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "launcher/commands.hpp"
#include "launcher/home.hpp"
#include "launcher/report.hpp"
#include "launcher/version.hpp"

namespace {

using namespace py4cpp::launcher;

constexpr const char* overview = R"(Runs unmodified PySpark programs on C++, without a JVM.

Usage:
  py4cpp run [options] script.py [arguments]   run a program, as spark-submit does
  py4cpp home                                  print the folder to use as SPARK_HOME:
                                                 export SPARK_HOME=$(py4cpp home)
                                               after that plain 'python script.py', pytest,
                                               notebooks and the pyspark shell run on py4cpp
  py4cpp stubs plugin.so -o folder             write type stubs of a plugin's classes
  py4cpp run --help                            all options
  py4cpp --version
)";

int home_command() {
  const std::string home = find_home();
  if (home.empty()) {
    throw py4cpp::Error(
        "the folder with bin/spark-submit is missing beside this program; "
        "install py4cpp again");
  }
  std::cout << home << "\n";
  return EXIT_SUCCESS;
}

int command(const std::vector<std::string>& arguments) {
  const std::string name = arguments.empty() ? "" : arguments.front();
  const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1),
                                      arguments.end());
  if (name == "run") return submit_command("py4cpp run", rest);
  if (name == "spark-submit") return submit_command("spark-submit", rest);
  if (name == "stubs") return stubs_command(rest);
  if (name == "home" && rest.empty()) return home_command();
  if (name == "--help" || name == "-h" || name == "help") {
    std::cout << overview;
    return EXIT_SUCCESS;
  }
  if (name == "--version") {
    std::cout << version_text();
    return EXIT_SUCCESS;
  }
  if (name.empty()) throw UsageError("no command was given");
  throw UsageError("unknown command '" + name + "'");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  std::signal(SIGCHLD,
              SIG_DFL);  // Ignored, as some parent may have left it, it hides how children end.
  try {
    return command(arguments);
  } catch (const UsageError& error) {
    const std::string name = arguments.empty() ? "" : arguments.front();
    const char* help = name == "stubs"                  ? "py4cpp stubs --help"
                       : name.empty() || name == "home" ? "py4cpp --help"
                                                        : "py4cpp run --help";
    report_error(std::string(error.what()) + "\nTry '" + help + "'.");
  } catch (const MissingScript& error) {
    report_error(error.what());
    return 2;
  } catch (const std::exception& error) {
    report_error(error.what());
  }
  return EXIT_FAILURE;
}
