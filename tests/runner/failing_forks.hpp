// SPDX-License-Identifier: Apache-2.0
//
// Daemons whose forks can be made to fail, by a file that their interpreter looks for.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/temp_dir.hpp"

namespace py4cpp::runner::test {

/// Makes every fork of a daemon with this environment fail with ENOMEM from `begin` to `end`.
class FailingForks {
 public:
  FailingForks() : folder_(default_temp_root(), "py4cpp-site-") {
    std::ofstream(folder_.path() / "sitecustomize.py")
        << "import os\n"
           "fork = os.fork\n"
           "def failing():\n"
           "    if os.path.exists(os.environ['FORKS_FAIL']):\n"
           "        raise OSError(12, 'no memory')\n"
           "    return fork()\n"
           "os.fork = failing\n";
  }
  std::map<std::string, std::string> environment() const {
    return {{"PYTHONPATH", folder_.path().string()}, {"FORKS_FAIL", flag()}};
  }
  void begin() const { std::ofstream{flag()}; }
  void end() const { std::filesystem::remove(flag()); }

 private:
  std::string flag() const { return (folder_.path() / "fail").string(); }
  TempDir folder_;
};

}  // namespace py4cpp::runner::test
