// SPDX-License-Identifier: Apache-2.0
//
// java.util.Map.Entry: a key and its value as they were when the entries of a map were asked for.
#pragma once

#include <utility>

#include "gateway/burial.hpp"
#include "gateway/value.hpp"

namespace py4cpp {

/// Immutable.
class MapEntry {
 public:
  MapEntry(Value key, Value value) : key_(std::move(key)), value_(std::move(value)) {}
  ~MapEntry() {
    detail::bury(std::move(key_));
    detail::bury(std::move(value_));
  }
  MapEntry(const MapEntry&) = delete;
  MapEntry& operator=(const MapEntry&) = delete;

  const Value& key() const { return key_; }
  const Value& value() const { return value_; }

 private:
  Value key_;
  Value value_;
};

}  // namespace py4cpp
