// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "gateway/registry.hpp"
#include "gateway/stubs.hpp"
#include "launcher/commands.hpp"
#include "launcher/plugins.hpp"

namespace py4cpp::launcher {
namespace {

constexpr const char* usage = R"(Writes Python type stubs for the classes of plugins.

Usage: py4cpp stubs LIBRARY... -o FOLDER

  LIBRARY    a shared library with a function bind(py4cpp::Registry&)
  -o FOLDER  where the package `jvm` is written; name it in MYPYPATH or in
             mypy_path, and in the settings of the editor
)";

struct StubsOptions {
  std::vector<std::string> libraries = {};
  std::string folder = {};
  bool help = false;
};

StubsOptions parse(const std::vector<std::string>& arguments) {
  StubsOptions options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "-o" || word == "--output") {
      if (++i == arguments.size()) throw UsageError("option " + word + " needs a value after it");
      options.folder = arguments[i];
    } else if (word == "-h" || word == "--help") {
      options.help = true;
    } else if (word.size() > 1 && word.front() == '-') {
      throw UsageError("unknown option '" + word + "'");
    } else {
      options.libraries.push_back(word);
    }
  }
  return options;
}

// dlopen looks for a bare name elsewhere than in the current folder.
std::string as_path(const std::string& library) {
  return library.find('/') == std::string::npos ? "./" + library : library;
}

}  // namespace

int stubs_command(const std::vector<std::string>& arguments) {
  const StubsOptions options = parse(arguments);
  if (options.help) {
    std::cout << usage;
    return EXIT_SUCCESS;
  }
  if (options.libraries.empty()) throw UsageError("no library was given");
  if (options.folder.empty()) throw UsageError("no folder was given; add -o FOLDER");
  Registry registry;
  for (const std::string& library : options.libraries) load_plugin(as_path(library), registry);
  registry.freeze();
  write_stubs(registry, options.folder);
  return EXIT_SUCCESS;
}

}  // namespace py4cpp::launcher
