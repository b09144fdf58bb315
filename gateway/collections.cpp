// SPDX-License-Identifier: Apache-2.0
//
// Every function locks its container once; none calls another container under the lock. Each
// container may be a link of a long chain, so their destructors bury what is in them.
#include "gateway/collections.hpp"

#include <algorithm>
#include <iterator>

#include "gateway/burial.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp {

namespace {

/// Checks 0 <= index < size and returns the index as an offset.
std::size_t checked(std::int64_t index, std::size_t size, const char* class_name) {
  if (index < 0 || static_cast<std::size_t>(index) >= size)
    throw NamedError(class_name, "Index " + std::to_string(index) + " out of bounds for length " +
                                     std::to_string(size));
  return static_cast<std::size_t>(index);
}

constexpr auto list_bounds = "java.lang.IndexOutOfBoundsException";
constexpr auto array_bounds = "java.lang.ArrayIndexOutOfBoundsException";

/// Where the value is first, among the numbers or, without those, among the values; or -1.
std::int64_t place_of(const Value& value, const std::optional<detail::Numbers>& numbers,
                      const std::vector<Value>& values) {
  const std::size_t size = numbers ? numbers->size() : values.size();
  for (std::size_t i = 0; i < size; ++i)
    if (numbers ? numbers->at(i) == value : values[i] == value) return static_cast<std::int64_t>(i);
  return -1;
}

}  // namespace

List::~List() { detail::bury(std::move(values_)); }

Map::~Map() {
  std::vector<Value> values;
  values.reserve(2 * entries_.size());
  index_.clear();
  hashed_.reset();
  for (auto& [key, value] : entries_) {
    values.push_back(std::move(key));
    values.push_back(std::move(value));
  }
  detail::bury(std::move(values));
}

ObjectArray::~ObjectArray() { detail::bury(std::move(values_)); }

std::size_t List::size_locked() const { return numbers_ ? numbers_->size() : values_.size(); }

Value List::at_locked(std::size_t index) const {
  return numbers_ ? numbers_->at(index) : values_[index];
}

std::vector<Value>& List::own_values() {
  if (numbers_) {
    values_ = numbers_->values();
    numbers_.reset();
  }
  return values_;
}

std::size_t List::size() const {
  const std::lock_guard lock(mutex_);
  return size_locked();
}

Value List::get(std::int64_t index) const {
  const std::lock_guard lock(mutex_);
  return at_locked(checked(index, size_locked(), list_bounds));
}

Value List::set(std::int64_t index, Value value) {
  const std::lock_guard lock(mutex_);
  const auto offset = checked(index, size_locked(), list_bounds);
  return std::exchange(own_values()[offset], std::move(value));
}

void List::add(Value value) {
  const std::lock_guard lock(mutex_);
  own_values().push_back(std::move(value));
}

void List::insert(std::int64_t index, Value value) {
  const std::lock_guard lock(mutex_);
  const auto offset = checked(index, size_locked() + 1, list_bounds);
  auto& values = own_values();
  values.insert(values.begin() + static_cast<std::ptrdiff_t>(offset), std::move(value));
}

Value List::remove_at(std::int64_t index) {
  const std::lock_guard lock(mutex_);
  const auto offset = checked(index, size_locked(), list_bounds);
  auto& values = own_values();
  const auto position = values.begin() + static_cast<std::ptrdiff_t>(offset);
  Value removed = std::move(*position);
  values.erase(position);
  return removed;
}

std::int64_t List::index_of(const Value& value) const {
  const std::lock_guard lock(mutex_);
  return place_of(value, numbers_, values_);
}

bool List::remove(const Value& value) {
  Value removed;  // Destroyed after the lock is gone.
  const std::lock_guard lock(mutex_);
  const std::int64_t place = place_of(value, numbers_, values_);
  if (place < 0) return false;
  auto& values = own_values();
  const auto found = values.begin() + static_cast<std::ptrdiff_t>(place);
  removed = std::move(*found);
  values.erase(found);
  return true;
}

void List::clear() { assign({}); }

void List::assign(std::vector<Value> values) {
  const std::lock_guard lock(mutex_);
  values_.swap(values);
  numbers_.reset();
}

std::vector<Value> List::snapshot() const {
  const std::lock_guard lock(mutex_);
  return numbers_ ? numbers_->values() : values_;
}

std::optional<detail::Numbers> List::numbers() const {
  const std::lock_guard lock(mutex_);
  return numbers_;
}

std::size_t Map::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

bool Map::contains(const Value& key) const {
  const std::lock_guard lock(mutex_);
  return index_.contains(key);
}

std::optional<Value> Map::find(const Value& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return std::nullopt;
  return found->second->second;
}

Value Map::put(Value key, Value value) {
  const std::lock_guard lock(mutex_);
  return put_locked(std::move(key), std::move(value));
}

Value Map::put_locked(Value key, Value value) {
  if (const auto found = index_.find(key); found != index_.end())
    return std::exchange(found->second->second, std::move(value));
  if (hashed_ && key.get_if<Object>()) hashed_->waiting.insert(key);
  entries_.emplace_back(std::move(key), std::move(value));
  index_.emplace(entries_.back().first, std::prev(entries_.end()));
  ++insertions_;
  return {};
}

std::uint64_t Map::insertions() const {
  const std::lock_guard lock(mutex_);
  return insertions_;
}

std::optional<Value> Map::put_unless_changed(Value key, Value value, std::uint64_t insertions) {
  const std::lock_guard lock(mutex_);
  if (insertions != insertions_ && !index_.contains(key)) return std::nullopt;
  return put_locked(std::move(key), std::move(value));
}

std::vector<Value> Map::keys_to_hash() const {
  const std::lock_guard lock(mutex_);
  if (!hashed_) {
    hashed_ = std::make_unique<HashedKeys>();
    for (const auto& [key, value] : entries_)
      if (key.get_if<Object>()) hashed_->waiting.insert(key);
  }
  return {hashed_->waiting.begin(), hashed_->waiting.end()};
}

void Map::note_hash(const Value& key, std::optional<std::int32_t> code) const {
  const std::lock_guard lock(mutex_);
  // Another thread may have noted it, or removed the key.
  if (!hashed_ || hashed_->waiting.erase(key) == 0 || !code) return;
  hashed_->codes.emplace(key, *code);
  hashed_->by_code.emplace(*code, key);
}

std::vector<Value> Map::keys_with(std::int32_t code) const {
  const std::lock_guard lock(mutex_);
  std::vector<Value> keys;
  if (!hashed_) return keys;
  const auto [first, last] = hashed_->by_code.equal_range(code);
  for (auto each = first; each != last; ++each) keys.push_back(each->second);
  return keys;
}

void Map::forget_hash(const Value& key) {
  if (!hashed_) return;
  hashed_->waiting.erase(key);
  const auto code = hashed_->codes.find(key);
  if (code == hashed_->codes.end()) return;
  const auto [first, last] = hashed_->by_code.equal_range(code->second);
  const auto same = [&](const auto& each) { return each.second == key; };
  if (const auto found = std::find_if(first, last, same); found != last)
    hashed_->by_code.erase(found);
  hashed_->codes.erase(code);
}

Value Map::remove(const Value& key) {
  decltype(entries_) entry;  // Destroyed, like the key in the index, after the lock is gone.
  decltype(index_)::node_type indexed;
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return {};
  forget_hash(key);
  entry.splice(entry.end(), entries_, found->second);
  indexed = index_.extract(found);
  return std::move(entry.front().second);
}

void Map::clear() {
  decltype(entries_) entries;  // Destroyed, like the indexes, after the lock is gone.
  decltype(index_) index;
  decltype(hashed_) hashed;
  const std::lock_guard lock(mutex_);
  entries_.swap(entries);
  index_.swap(index);
  hashed_.swap(hashed);
}

std::vector<Map::Entry> Map::snapshot() const {
  const std::lock_guard lock(mutex_);
  return {entries_.begin(), entries_.end()};
}

bool Set::add(Value value) { return map_.put(std::move(value), true).is_null(); }

bool Set::remove(const Value& value) { return !map_.remove(value).is_null(); }

std::vector<Value> Set::snapshot() const {
  std::vector<Value> values;
  for (auto& [value, present] : map_.snapshot()) values.push_back(std::move(value));
  return values;
}

Iterator::Iterator(std::vector<Value> values)
    : values_(std::move(values)), next_([this, at = std::size_t{0}]() mutable {
        return at == values_.size() ? std::nullopt : std::optional(std::move(values_[at++]));
      }) {}

Iterator::~Iterator() {
  detail::bury(std::move(values_));
  if (ahead_) detail::bury(*std::move(ahead_));
}

bool Iterator::has_next() {
  const std::lock_guard lock(mutex_);
  advance();
  return ahead_.has_value();
}

Value Iterator::next() {
  const std::lock_guard lock(mutex_);
  advance();
  if (!ahead_) throw NamedError("java.util.NoSuchElementException", "the iterator is at its end");
  return *std::exchange(ahead_, std::nullopt);
}

void Iterator::advance() {
  if (ahead_ || !next_) return;
  ahead_ = next_();
  if (!ahead_) next_ = nullptr;
}

Value ObjectArray::get(std::int64_t index) const {
  const std::lock_guard lock(mutex_);
  return values_[checked(index, values_.size(), array_bounds)];
}

void ObjectArray::set(std::int64_t index, Value value) {
  Value old;  // Destroyed after the lock is gone.
  const std::lock_guard lock(mutex_);
  old = std::exchange(values_[checked(index, values_.size(), array_bounds)], std::move(value));
}

std::vector<Value> ObjectArray::snapshot() const {
  const std::lock_guard lock(mutex_);
  return values_;
}

}  // namespace py4cpp
