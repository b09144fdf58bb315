// SPDX-License-Identifier: Apache-2.0
//
// What the tests of blocks, cache and shuffles share: a folder for what leaves memory, and data.
#pragma once

#include <filesystem>
#include <iterator>
#include <memory>
#include <string>

#include "engine/storage/disk_space.hpp"
#include "engine/storage/memory_budget.hpp"
#include "engine_fixture.hpp"

namespace py4cpp::engine::test {

struct Folder {
  TempDir directory{default_temp_root(), "storage-test-"};
  DiskSpace disk{directory.path()};

  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(directory.path()),
                      std::filesystem::directory_iterator()));
  }
};

inline std::shared_ptr<MemoryBudget> budget(std::size_t bytes) {
  return std::make_shared<MemoryBudget>(bytes);
}

/// `count` texts of at least `bytes` bytes that begin with their numbers.
inline Texts numbered(std::size_t count, std::size_t bytes) {
  Texts list;
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back(std::to_string(i) + std::string(bytes, '.'));
  }
  return list;
}

}  // namespace py4cpp::engine::test
