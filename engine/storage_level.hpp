// SPDX-License-Identifier: Apache-2.0
//
// Where a persisted partition may be kept.
#pragma once

namespace py4cpp::engine {

/// PySpark's five fields. Blocks are bytes of frames in every level, so `deserialized` and
/// `use_off_heap` (memory here) are only kept for the driver to read back.
struct StorageLevel {
  bool use_disk = false;
  bool use_memory = false;
  bool use_off_heap = false;
  bool deserialized = false;
  int replication = 1;

  bool valid() const { return use_disk || use_memory || use_off_heap; }
  friend bool operator==(const StorageLevel&, const StorageLevel&) = default;
};

inline constexpr StorageLevel memory_only{.use_memory = true};
inline constexpr StorageLevel memory_and_disk{.use_disk = true, .use_memory = true};
inline constexpr StorageLevel disk_only{.use_disk = true};

}  // namespace py4cpp::engine
