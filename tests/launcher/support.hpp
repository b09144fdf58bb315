// SPDX-License-Identifier: Apache-2.0
//
// Vocabulary of the launcher's unit tests.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "base/temp_dir.hpp"

namespace py4cpp::launcher {

/// A folder to fill with files.
class Folder {
 public:
  std::string path(const std::string& name) const { return folder_.path() / name; }

  /// Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name)) << text;
    return path(name);
  }

  /// Writes an executable file and returns its path.
  std::string program(const std::string& name, const std::string& text = "#!/bin/sh\n") const {
    write(name, text);
    ::chmod(path(name).c_str(), 0755);
    return path(name);
  }

 private:
  TempDir folder_{default_temp_root(), "py4cpp-test-"};
};

/// The text of the Error that `function` throws; empty when it throws none.
template <typename Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace py4cpp::launcher
