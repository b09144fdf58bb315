// SPDX-License-Identifier: Apache-2.0
//
// Daemons whose forks can be made to fail, by a file that their interpreter looks for.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "sitecustomize.hpp"

namespace py4cpp::runner::test {

/// Makes every fork of a daemon with this environment fail with ENOMEM from `begin` to `end`.
class FailingForks {
 public:
  std::map<std::string, std::string> environment() const {
    auto variables = site_.environment();
    variables["FORKS_FAIL"] = flag();
    return variables;
  }
  void begin() const { std::ofstream{flag()}; }
  void end() const { std::filesystem::remove(flag()); }

 private:
  std::string flag() const { return (site_.folder() / "fail").string(); }

  Sitecustomize site_{
      "import os\n"
      "fork = os.fork\n"
      "def failing():\n"
      "    if os.path.exists(os.environ['FORKS_FAIL']):\n"
      "        raise OSError(12, 'no memory')\n"
      "    return fork()\n"
      "os.fork = failing\n"};
};

}  // namespace py4cpp::runner::test
