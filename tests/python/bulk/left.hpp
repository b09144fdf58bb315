// SPDX-License-Identifier: Apache-2.0
//
// What the programs of this folder still hold, for the tests that look for leaks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <system_error>

#include "gateway/call_context.hpp"
#include "gateway/gateway.hpp"

/// Objects that Python holds, and Python objects that C++ holds.
inline std::int64_t held_by_both_sides(py4cpp::CallContext& context) {
  const auto metrics = context.gateway().metrics();
  return static_cast<std::int64_t>(metrics.objects + metrics.proxies);
}

/// Tells how much shared memory this process has: each block is an anonymous file. Called when all
/// else is destroyed; returns the exit code.
inline int tell_what_is_left(int code) {
  int blocks = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code closed_meanwhile;
    const auto file = std::filesystem::read_symlink(entry.path(), closed_meanwhile).string();
    blocks += std::string_view(file).starts_with("/memfd:") ? 1 : 0;
  }
  if (code == 0) std::cout << "shared blocks " << blocks << std::endl;
  return code;
}
