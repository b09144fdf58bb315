// SPDX-License-Identifier: Apache-2.0
//
// The containers that Python sees as JavaList, JavaMap, JavaSet, JavaIterator and JavaArray. They
// live on the C++ side and are shared through shared_ptr. Each call is atomic (one mutex per
// container), because several Python threads may use one container; longer work takes a snapshot.
// Bounds errors throw NamedError with the class that Java would use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "numbers.hpp"
#include "value.hpp"

namespace py4cpp {

/// java.util.ArrayList.
class List {
 public:
  List() = default;
  explicit List(std::vector<Value> values) : values_(std::move(values)) {}
  explicit List(detail::Numbers numbers) : numbers_(std::move(numbers)) {}
  ~List();
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  std::size_t size() const;
  Value get(std::int64_t index) const;
  /// Returns the value that was there.
  Value set(std::int64_t index, Value value);
  void add(Value value);
  void insert(std::int64_t index, Value value);
  /// Returns the value that was there.
  Value remove_at(std::int64_t index);
  /// The first position of an equal value, or -1. Objects are equal here when they are the same;
  /// Python's calls ask the `equals` of their class.
  std::int64_t index_of(const Value& value) const;
  /// Removes the first equal value; false when there is none.
  bool remove(const Value& value);
  void clear();
  /// Replaces the whole content.
  void assign(std::vector<Value> values);
  /// A copy of the content at this moment.
  std::vector<Value> snapshot() const;
  /// What the list was made from, while nobody has changed it; for the library.
  std::optional<detail::Numbers> numbers() const;

 private:
  std::size_t size_locked() const;
  Value at_locked(std::size_t index) const;
  /// From now on the list has its values here.
  std::vector<Value>& own_values();

  mutable std::mutex mutex_;
  std::vector<Value> values_;
  std::optional<detail::Numbers> numbers_;  // In place of the values.
};

/// java.util.HashMap, but it keeps the order of insertion. Objects are keys by identity here;
/// Python's calls ask the `equals` and `hashCode` of their class.
class Map {
 public:
  using Entry = std::pair<Value, Value>;

  Map() = default;
  ~Map();
  Map(const Map&) = delete;
  Map& operator=(const Map&) = delete;

  std::size_t size() const;
  bool contains(const Value& key) const;
  std::optional<Value> find(const Value& key) const;
  /// Returns the value that the key had before, or null.
  Value put(Value key, Value value);
  /// Returns the value that was removed, or null.
  Value remove(const Value& key);
  void clear();
  /// A copy of the content at this moment, in order of insertion.
  std::vector<Entry> snapshot() const;

  /// @name Objects among the keys by the hash codes that their classes compute; for the library
  /// @{

  /// Those whose hash code nobody has noted yet.
  std::vector<Value> keys_to_hash() const;
  /// Notes the hash code of a key; without one it is found by identity only.
  void note_hash(const Value& key, std::optional<std::int32_t> code) const;
  std::vector<Value> keys_with(std::int32_t code) const;
  /// How many keys have been put that were not there.
  std::uint64_t insertions() const;
  /// As put(), but nothing when the key is new and `insertions` are not all any more.
  std::optional<Value> put_unless_changed(Value key, Value value, std::uint64_t insertions);

  /// @}

 private:
  using Entries = std::list<Entry>;
  /// Made when somebody asks first: most maps have no keys that are compared so.
  struct HashedKeys {
    std::unordered_set<Value, ValueHash> waiting;
    std::unordered_map<Value, std::int32_t, ValueHash> codes;
    std::unordered_multimap<std::int32_t, Value> by_code;
  };

  Value put_locked(Value key, Value value);
  void forget_hash(const Value& key);

  mutable std::mutex mutex_;
  Entries entries_;
  std::unordered_map<Value, Entries::iterator, ValueHash> index_;
  std::uint64_t insertions_ = 0;
  mutable std::unique_ptr<HashedKeys> hashed_;
};

/// java.util.HashSet, but it keeps the order of insertion.
class Set {
 public:
  std::size_t size() const { return map_.size(); }
  bool contains(const Value& value) const { return map_.contains(value); }
  /// False when an equal value was there already.
  bool add(Value value);
  bool remove(const Value& value);
  void clear() { map_.clear(); }
  std::vector<Value> snapshot() const;
  /// The values as the keys of a map; for the library.
  Map& keys() { return map_; }
  const Map& keys() const { return map_; }

 private:
  Map map_;
};

/// java.util.Iterator over anything that can say "next" until it ends.
class Iterator {
 public:
  using Next = std::function<std::optional<Value>()>;

  /// `next` is called under the iterator's mutex and not again after it returned nothing.
  explicit Iterator(Next next) : next_(std::move(next)) {}
  explicit Iterator(std::vector<Value> values);
  ~Iterator();
  Iterator(const Iterator&) = delete;
  Iterator& operator=(const Iterator&) = delete;

  bool has_next();
  /// Throws NamedError java.util.NoSuchElementException at the end.
  Value next();

 private:
  void advance();

  std::mutex mutex_;
  std::vector<Value> values_;  // What next_ takes from, if it is ours.
  Next next_;
  std::optional<Value> ahead_;
};

/// A Java array of a fixed length. `component` is the Java name of the element type ("int",
/// "java.lang.String"); elements set by Python are converted to it. (`byte[]` is Bytes instead.)
class ObjectArray {
 public:
  ObjectArray(std::string component, std::vector<Value> values)
      : component_(std::move(component)), values_(std::move(values)) {}
  ~ObjectArray();
  ObjectArray(const ObjectArray&) = delete;
  ObjectArray& operator=(const ObjectArray&) = delete;

  const std::string& component() const { return component_; }
  std::size_t size() const { return values_.size(); }
  Value get(std::int64_t index) const;
  void set(std::int64_t index, Value value);
  std::vector<Value> snapshot() const;

 private:
  mutable std::mutex mutex_;
  const std::string component_;
  std::vector<Value> values_;
};

}  // namespace py4cpp
