// SPDX-License-Identifier: Apache-2.0
//
// Broadcast variables: ids for the files that the driver wrote.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "engine/job_errors.hpp"
#include "runner/python_function.hpp"

namespace py4cpp::engine {

/// One broadcast variable. Any thread.
class BroadcastVariable {
 public:
  explicit BroadcastVariable(runner::Broadcast value)
      : value_(std::make_shared<const runner::Broadcast>(std::move(value))) {}

  std::int64_t id() const { return value_->id; }
  const std::string& path() const { return value_->path; }

  /// What a PythonFunction lists. Throws BadArgument when it was destroyed.
  std::shared_ptr<const runner::Broadcast> value() const;

  /// Ends its use. The driver removes the file; what is left goes with the context's folders.
  void destroy() { destroyed_.store(true, std::memory_order_relaxed); }
  bool destroyed() const { return destroyed_.load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<const runner::Broadcast> value_;
  std::atomic<bool> destroyed_ = false;
};

/// Makes broadcast variables with ids from 0. Any thread.
class Broadcasts {
 public:
  std::shared_ptr<BroadcastVariable> create(std::string path) {
    return std::make_shared<BroadcastVariable>(
        runner::Broadcast{.id = next_id_.fetch_add(1), .path = std::move(path)});
  }

 private:
  std::atomic<std::int64_t> next_id_ = 0;
};

}  // namespace py4cpp::engine
