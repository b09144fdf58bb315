// SPDX-License-Identifier: Apache-2.0
//
// The ids under which Python knows objects. A new id is minted each time an object is returned,
// also for the same object: py4j deletes an id when the Python object that carried it dies. Ids end
// in the gateway's nonce, so that an id of another gateway is not mistaken for one of ours.
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
  /// The nonce consists of digits, so that ids look as py4j's own do: programs search texts for
  /// them. Without one, ids are a plain "o<N>".
  explicit ObjectTable(std::size_t size_max, std::string nonce = {});

  /// Keeps the value under a new id "o<N><nonce>". Throws Overloaded when `size_max` ids are in
  /// use.
  std::string add(Value value);
  /// The value of an id, or nothing.
  std::optional<Value> find(std::string_view id) const;
  /// Whether an id was minted by another gateway, as far as its nonce tells.
  bool is_foreign(std::string_view id) const;
  /// Forgets an id; unknown and foreign ones are ignored.
  void remove(std::string_view id);
  void clear();
  /// Ids minted so far, also those that were forgotten.
  std::uint64_t minted() const;
  /// Forgets those of the first `minted` ids that are left. Returns their number.
  std::size_t remove_before(std::uint64_t minted);
  std::size_t size() const;

 private:
  std::optional<std::uint64_t> number_of(std::string_view id) const;

  const std::size_t size_max_;
  const std::string nonce_;
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::unordered_map<std::uint64_t, Value> values_;
};

}  // namespace py4cpp
