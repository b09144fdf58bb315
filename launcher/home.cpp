// SPDX-License-Identifier: Apache-2.0
#include "launcher/home.hpp"

#include <array>
#include <filesystem>
#include <system_error>

namespace py4cpp::launcher {

std::string find_home() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const char* place : {"home", "../share/py4cpp/home"}) {
    const fs::path home = (folder / place).lexically_normal();
    if (fs::exists(home / "bin" / "spark-submit", error)) return home.string();
  }
  return {};
}

}  // namespace py4cpp::launcher
