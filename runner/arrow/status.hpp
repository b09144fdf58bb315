// SPDX-License-Identifier: Apache-2.0
//
// Arrow's ways to say that something failed, as exceptions of ours.
#pragma once

#include <arrow/result.h>
#include <arrow/status.h>

#include <string>
#include <utility>

#include "base/error.hpp"

namespace py4cpp::runner {

/// Throws Error with `what` and Arrow's own text.
inline void check(const arrow::Status& status, const char* what) {
  if (!status.ok()) throw Error(std::string(what) + ": " + status.ToString());
}

/// The value, or an exception as above.
template <typename Value>
Value checked(arrow::Result<Value> result, const char* what) {
  check(result.status(), what);
  return std::move(result).MoveValueUnsafe();
}

}  // namespace py4cpp::runner
