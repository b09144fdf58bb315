// SPDX-License-Identifier: Apache-2.0
#include "gateway/types/equality.hpp"

#include <algorithm>
#include <exception>

#include "gateway/registry.hpp"
#include "gateway/types/type_table.hpp"

namespace py4cpp {

bool Equality::is_bound(const Value& value) const {
  const auto* object = value.get_if<Object>();
  if (!object) return false;
  const auto target = context_.registry().table().resolve(*object);
  return target && target->type->binds_equals;
}

bool Equality::equal(const Value& a, const Value& b) const {
  if (a == b) return true;
  if (!is_bound(a)) return false;
  const Value answer = context_.registry().call(context_, a, "equals", {b});
  const auto* is_equal = answer.get_if<bool>();
  return is_equal && *is_equal;
}

std::int32_t Equality::hash(const Value& value) const {
  if (!is_bound(value)) return static_cast<std::int32_t>(ValueHash()(value));
  const Value answer = context_.registry().call(context_, value, "hashCode");
  const auto* code = answer.get_if<std::int32_t>();
  return code ? *code : static_cast<std::int32_t>(ValueHash()(answer));
}

std::int64_t Equality::index_in(const List& list, const Value& value) const {
  if (!is_bound(value)) return list.index_of(value);
  const auto values = list.snapshot();
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const Value& each) { return equal(value, each); });
  return found == values.end() ? -1 : found - values.begin();
}

/// Looks again when another thread removed what was found.
bool Equality::remove_from(List& list, const Value& value) const {
  if (!is_bound(value)) return list.remove(value);
  for (;;) {
    const auto values = list.snapshot();
    const auto found = std::find_if(values.begin(), values.end(),
                                    [&](const Value& each) { return equal(value, each); });
    if (found == values.end()) return false;
    if (list.remove(*found)) return true;
  }
}

std::int32_t Equality::count_in(std::span<const Value> values, const Value& value) const {
  return static_cast<std::int32_t>(std::count_if(
      values.begin(), values.end(), [&](const Value& each) { return equal(value, each); }));
}

Value Equality::key_in(const Map& map, const Value& key) const {
  if (!is_bound(key) || map.contains(key)) return key;
  const std::int32_t code = hash(key);
  hash_new_keys(map);
  for (const Value& candidate : map.keys_with(code))
    if (equal(key, candidate)) return candidate;
  return key;
}

/// Looks again when another thread put a new key meanwhile, which may be an equal one.
Value Equality::put(Map& map, Value key, Value value) const {
  if (!is_bound(key)) return map.put(std::move(key), std::move(value));
  for (;;) {
    const auto insertions = map.insertions();
    if (auto before = map.put_unless_changed(key_in(map, key), value, insertions)) return *before;
  }
}

void Equality::hash_new_keys(const Map& map) const {
  for (const Value& key : map.keys_to_hash()) {
    std::optional<std::int32_t> code;
    try {
      if (is_bound(key)) code = hash(key);
    } catch (const std::exception&) {
      // It cannot be hashed: identity is all it has.
    }
    map.note_hash(key, code);
  }
}

}  // namespace py4cpp
