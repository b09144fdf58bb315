// SPDX-License-Identifier: Apache-2.0
//
// Daemons whose forks can be made to fail, by a file that their interpreter looks for.
#pragma once

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "sitecustomize.hpp"

namespace py4cpp::runner::test {

/// Makes forks of a daemon with this environment fail from `begin` to `end`.
class FailingForks {
 public:
  std::map<std::string, std::string> environment() const {
    auto variables = site_.environment();
    variables["FORKS_FAIL"] = flag();
    return variables;
  }
  /// All forks fail with this error, or only the next ones.
  void begin(int error = ENOMEM, std::optional<int> times = {}) const {
    const std::string draft = flag() + ".draft";
    std::ofstream(draft) << error << ' ' << (times ? std::to_string(*times) : "");
    std::filesystem::rename(draft, flag());  // so that no daemon reads half of it
  }
  void end() const { std::filesystem::remove(flag()); }

 private:
  std::string flag() const { return (site_.folder() / "fail").string(); }

  Sitecustomize site_{
      "import os\n"
      "fork = os.fork\n"
      "def failing():\n"
      "    path = os.environ['FORKS_FAIL']\n"
      "    try:\n"
      "        with open(path) as file: error, *times = map(int, file.read().split())\n"
      "    except FileNotFoundError:\n"
      "        return fork()\n"
      "    if times == [1]:\n"
      "        os.remove(path)\n"
      "    elif times:\n"
      "        with open(path, 'w') as file: file.write(f'{error} {times[0] - 1}')\n"
      "    raise OSError(error, os.strerror(error))\n"
      "os.fork = failing\n"};
};

}  // namespace py4cpp::runner::test
