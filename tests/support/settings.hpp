// SPDX-License-Identifier: Apache-2.0
//
// Numbers that say how long a test of endurance runs.
#pragma once

#include <cstdlib>

namespace py4cpp::test {

/// The number in an environment variable.
inline int setting(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text ? std::atoi(text) : otherwise;
}

}  // namespace py4cpp::test
