// SPDX-License-Identifier: Apache-2.0
//
// The Scala values that PySpark unpacks itself.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "gateway/value.hpp"

namespace py4cpp::engine {

/// scala.Option: Some or None.
class Option {
 public:
  Option() = default;
  explicit Option(Value value) : value_(std::move(value)) {}

  static Option of(const std::optional<std::string>& text) {
    return text ? Option(Value(*text)) : Option();
  }

  bool defined() const { return value_.has_value(); }
  /// Throws NamedError java.util.NoSuchElementException when there is none.
  const Value& get() const;
  std::string to_string() const;

 private:
  std::optional<Value> value_;
};

/// scala.Tuple2.
struct Tuple2 {
  Value first = {};
  Value second = {};
};

}  // namespace py4cpp::engine
