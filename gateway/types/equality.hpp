// SPDX-License-Identifier: Apache-2.0
//
// Java's equals and hashCode, as its collections ask them. An object decides when its class binds
// `equals` (Type::operators() does); all other values are compared as Value's == does: plain ones
// by content, objects by identity.
//
// Bound functions run outside the locks of collections, since they may do anything. So a Map knows
// its keys by identity, and what is asked for is first replaced by the equal key that is there.
#pragma once

#include <cstdint>
#include <span>

#include "gateway/call_context.hpp"
#include "gateway/collections.hpp"

namespace py4cpp {

/// For the length of one call, on its thread. All functions throw what a bound function throws.
class Equality {
 public:
  explicit Equality(CallContext& context) : context_(context) {}

  /// Whether the value is an object whose class binds `equals`.
  bool is_bound(const Value& value) const;
  /// a.equals(b).
  bool equal(const Value& a, const Value& b) const;
  std::int32_t hash(const Value& value) const;

  /// The first position of an equal value, or -1.
  std::int64_t index_in(const List& list, const Value& value) const;
  /// Removes the first equal value; false when there is none.
  bool remove_from(List& list, const Value& value) const;
  std::int32_t count_in(std::span<const Value> values, const Value& value) const;

  /// The key of the map that equals this one, or else the key itself. One of a class that binds
  /// `equals` and no fitting `hashCode` is found by identity only.
  Value key_in(const Map& map, const Value& key) const;
  /// As Map::put, with the key that is there.
  Value put(Map& map, Value key, Value value) const;

 private:
  void hash_new_keys(const Map& map) const;

  CallContext& context_;
};

}  // namespace py4cpp
