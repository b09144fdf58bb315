// SPDX-License-Identifier: Apache-2.0
//
// The ids under which Python knows objects. A new id is minted each time an object is returned,
// also for the same object: py4j deletes an id when the Python object that carried it dies.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/value.hpp"

namespace py4cpp {

/// Thread-safe. One mutex guards the table; values are destroyed outside it, because a destructor
/// may do anything.
class ObjectTable {
 public:
  explicit ObjectTable(std::size_t size_max) : size_max_(size_max) {}

  /// Keeps the value under a new id "o<N>". Throws Overloaded when `size_max` ids are in use.
  std::string add(Value value);
  /// The value of an id, or nothing.
  std::optional<Value> find(std::string_view id) const;
  /// Forgets an id; unknown ones are ignored.
  void remove(std::string_view id);
  void clear();
  std::size_t size() const;

 private:
  const std::size_t size_max_;
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::unordered_map<std::uint64_t, Value> values_;
};

}  // namespace py4cpp
