// SPDX-License-Identifier: Apache-2.0
//
// SparkConf as the driver holds it: shared, so changes need a lock, which Conf itself does not
// have.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "engine/conf.hpp"

namespace py4cpp::engine {

/// Any thread.
class ConfObject {
 public:
  explicit ConfObject(Conf conf) : conf_(std::move(conf)) {}

  Conf snapshot() const {
    std::lock_guard lock(mutex_);
    return conf_;
  }
  std::optional<std::string> find(const std::string& key) const {
    std::lock_guard lock(mutex_);
    return conf_.find(key);
  }
  void set(const std::string& key, const std::string& value) {
    std::lock_guard lock(mutex_);
    conf_.set(key, value);
  }
  void set_if_missing(const std::string& key, const std::string& value) {
    std::lock_guard lock(mutex_);
    conf_.set_if_missing(key, value);
  }
  void remove(const std::string& key) {
    std::lock_guard lock(mutex_);
    conf_.remove(key);
  }

 private:
  mutable std::mutex mutex_;  // guards conf_
  Conf conf_;
};

}  // namespace py4cpp::engine
