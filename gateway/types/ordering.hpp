// SPDX-License-Identifier: Apache-2.0
//
// Java's natural order, by which its lists are sorted: numbers (of any two types, unlike Java's),
// bools, decimals and texts among themselves, and objects whose class binds `compareTo`
// (Type::operators() does, and enumerations) or which Python implements java.lang.Comparable with.
#pragma once

#include <vector>

#include "gateway/call_context.hpp"
#include "gateway/value.hpp"

namespace py4cpp {

/// For the length of one call, on its thread. All functions throw what a bound function throws, and
/// NamedError java.lang.ClassCastException when two values have no order.
class Ordering {
 public:
  explicit Ordering(CallContext& context) : context_(context) {}

  /// Negative, zero or positive, as a.compareTo(b).
  int compare(const Value& a, const Value& b) const;
  bool before(const Value& a, const Value& b) const { return compare(a, b) < 0; }

  /// Equal values stay in their order.
  std::vector<Value> sorted(std::vector<Value> values) const;

 private:
  bool can_compare(const Value& value) const;

  CallContext& context_;
};

}  // namespace py4cpp
