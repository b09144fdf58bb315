// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/objects.hpp"

#include <charconv>
#include <utility>
#include <vector>

namespace py4cpp {

namespace {

constexpr char id_prefix = 'o';

bool is_id(std::string_view id) {
  return id.size() > 1 && id.starts_with(id_prefix) &&
         id.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

}  // namespace

ObjectTable::ObjectTable(std::size_t size_max, std::string nonce)
    : size_max_(size_max), nonce_(std::move(nonce)) {}

std::optional<std::uint64_t> ObjectTable::number_of(std::string_view id) const {
  if (!is_id(id) || !id.ends_with(nonce_)) return std::nullopt;
  id.remove_suffix(nonce_.size());
  std::uint64_t number = 0;
  const auto end = id.data() + id.size();
  const auto parsed = std::from_chars(id.data() + 1, end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

bool ObjectTable::is_foreign(std::string_view id) const {
  return is_id(id) && !id.ends_with(nonce_);
}

std::string ObjectTable::add(Value value) {
  const std::lock_guard lock(mutex_);
  if (values_.size() >= size_max_)
    throw Overloaded("Python holds " + std::to_string(values_.size()) +
                     " objects, which is the gateway's limit (objects_max)");
  const std::uint64_t number = next_++;
  values_.emplace(number, std::move(value));
  return id_prefix + std::to_string(number) + nonce_;
}

std::optional<Value> ObjectTable::find(std::string_view id) const {
  const auto number = number_of(id);
  if (!number) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = values_.find(*number);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

void ObjectTable::remove(std::string_view id) {
  const auto number = number_of(id);
  if (!number) return;
  decltype(values_)::node_type removed;
  const std::lock_guard lock(mutex_);
  removed = values_.extract(*number);
}

void ObjectTable::clear() {
  decltype(values_) removed;
  const std::lock_guard lock(mutex_);
  removed.swap(values_);
}

std::uint64_t ObjectTable::minted() const {
  const std::lock_guard lock(mutex_);
  return next_;
}

std::size_t ObjectTable::remove_before(std::uint64_t minted) {
  decltype(values_) all;
  {
    const std::lock_guard lock(mutex_);
    if (minted >= next_) all.swap(values_);
  }
  if (!all.empty()) return all.size();
  std::vector<Value> removed;
  removed.reserve(size());
  const std::lock_guard lock(mutex_);
  for (auto entry = values_.begin(); entry != values_.end();) {
    if (entry->first >= minted) {
      ++entry;
      continue;
    }
    removed.push_back(std::move(entry->second));
    entry = values_.erase(entry);
  }
  return removed.size();
}

std::size_t ObjectTable::size() const {
  const std::lock_guard lock(mutex_);
  return values_.size();
}

}  // namespace py4cpp
