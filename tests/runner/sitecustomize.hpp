// SPDX-License-Identifier: Apache-2.0
//
// Python code that every interpreter with an environment runs when it starts.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/temp_dir.hpp"

namespace py4cpp::runner::test {

/// The code, in a folder of its own while this lives.
class Sitecustomize {
 public:
  explicit Sitecustomize(const std::string& code) : folder_(default_temp_root(), "py4cpp-site-") {
    std::ofstream(folder_.path() / "sitecustomize.py") << code;
  }
  std::map<std::string, std::string> environment() const {
    return {{"PYTHONPATH", folder_.path().string()}};
  }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TempDir folder_;
};

}  // namespace py4cpp::runner::test
