// SPDX-License-Identifier: Apache-2.0
#include "base/temp_dir.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/error.hpp"

namespace py4cpp {

TempDir::TempDir(const std::filesystem::path& root, std::string_view prefix) {
  std::string name = (root / (std::string(prefix) + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw Error("cannot make a temporary folder in '" + root.string() +
                "': " + std::strerror(errno) +
                "; free space there or name another folder (TMPDIR, SPARK_LOCAL_DIRS)");
  }
  path_ = std::move(name);
}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  if (this != &other) {
    remove();
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

void TempDir::remove() noexcept {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  path_.clear();
}

std::filesystem::path default_temp_root() {
  const char* root = std::getenv("TMPDIR");
  return root != nullptr && *root != '\0' ? root : "/tmp";
}

}  // namespace py4cpp
