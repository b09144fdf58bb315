// SPDX-License-Identifier: Apache-2.0
//
// java.util as py4j's containers use it, bound on List, Map, Set, Iterator and ObjectArray.
#include <algorithm>

#include "gateway/collections.hpp"
#include "gateway/java/java_names.hpp"

namespace py4cpp {

namespace {

using Values = std::vector<Value>;

std::int32_t as_int(std::size_t size) { return static_cast<std::int32_t>(size); }

/// "[a, b]" as AbstractCollection.toString shows it.
template <class Container>
std::string join(CallContext& context, const Container& values) {
  std::string text = "[";
  for (const Value& value : values) {
    if (text.size() > 1) text += ", ";
    text += context.registry().text_of(value);
  }
  return text + "]";
}

/// Java's equals for one pair of elements: collections compare by content.
bool equal_values(CallContext& context, const Value& a, const Value& b) {
  if (a == b) return true;
  if (!a.get_if<Object>() || !b.get_if<Object>()) return false;
  const Value answer = context.registry().call(context, a, "equals", {b});
  const auto* equal = answer.get_if<bool>();
  return equal && *equal;
}

template <class Container>
std::int32_t content_hash(const Container& values) {
  std::uint32_t hash = 1;
  for (const Value& value : values)
    hash =
        31 * hash + (value.get_if<Object>() ? 0 : static_cast<std::uint32_t>(ValueHash()(value)));
  return static_cast<std::int32_t>(hash);
}

bool list_equals(const List& self, CallContext& context, const Value& other) {
  const auto list = context.registry().cast<List>(other);
  if (!list) return false;
  const auto a = self.snapshot();
  const auto b = list->snapshot();
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](const Value& x, const Value& y) { return equal_values(context, x, y); });
}

bool map_equals(const Map& self, CallContext& context, const Value& other) {
  const auto map = context.registry().cast<Map>(other);
  if (!map || map->size() != self.size()) return false;
  for (const auto& [key, value] : self.snapshot()) {
    const auto mapped = map->find(key);
    if (!mapped || !equal_values(context, value, *mapped)) return false;
  }
  return true;
}

bool set_equals(const Set& self, CallContext& context, const Value& other) {
  const auto set = context.registry().cast<Set>(other);
  if (!set || set->size() != self.size()) return false;
  const auto values = self.snapshot();
  return std::all_of(values.begin(), values.end(),
                     [&](const Value& value) { return set->contains(value); });
}

std::string map_text(const Map& self, CallContext& context) {
  std::string text = "{";
  for (const auto& [key, value] : self.snapshot()) {
    if (text.size() > 1) text += ", ";
    text += context.registry().text_of(key) + "=" + context.registry().text_of(value);
  }
  return text + "}";
}

std::shared_ptr<Set> set_of(Values values) {
  auto set = std::make_shared<Set>();
  for (Value& value : values) set->add(std::move(value));
  return set;
}

void put_all(Map& self, const Map& other) {
  for (auto& [key, value] : other.snapshot()) self.put(std::move(key), std::move(value));
}

std::shared_ptr<Set> key_set(const Map& self) {
  auto keys = std::make_shared<Set>();
  for (auto& [key, value] : self.snapshot()) keys->add(std::move(key));
  return keys;
}

Values map_values(const Map& self) {
  Values values;
  for (auto& [key, value] : self.snapshot()) values.push_back(std::move(value));
  return values;
}

struct MapEntry {
  Value key;
  Value value;
};

std::shared_ptr<Set> entry_set(const Map& self) {
  auto entries = std::make_shared<Set>();
  for (auto& [key, value] : self.snapshot())
    entries->add(std::make_shared<MapEntry>(MapEntry{std::move(key), std::move(value)}));
  return entries;
}

std::shared_ptr<List> sub_list(const List& self, std::int32_t from, std::int32_t to) {
  const auto values = self.snapshot();
  if (from < 0 || to < from || static_cast<std::size_t>(to) > values.size())
    throw NamedError("java.lang.IndexOutOfBoundsException",
                     "no sub list from " + std::to_string(from) + " to " + std::to_string(to) +
                         " in a list of " + std::to_string(values.size()));
  return std::make_shared<List>(Values(values.begin() + from, values.begin() + to));
}

/// Adds every element and says whether there was one, as addAll does.
bool add_all(List& self, const Values& values) {
  for (const Value& value : values) self.add(value);
  return !values.empty();
}

void bind_list(Registry& registry) {
  registry.type<List>("java.util.ArrayList")
      .implements("java.util.List")
      .constructor<>()
      .constructor([](std::int32_t) { return std::make_shared<List>(); })
      .constructor([](Values values) { return std::make_shared<List>(std::move(values)); })
      .method("size", [](const List& self) { return as_int(self.size()); })
      .method("isEmpty", [](const List& self) { return self.size() == 0; })
      .method("get", &List::get)
      .method("set", &List::set)
      .method("add", [](List& self, Value value) { return self.add(std::move(value)), true; })
      .method("add", &List::insert)
      .method("addAll", &add_all)
      .method("remove", [](List& self, std::int32_t index) { return self.remove_at(index); })
      .method("remove",
              [](List& self, const Value& value) {
                const auto index = self.index_of(value);
                if (index >= 0) self.remove_at(index);
                return index >= 0;
              })
      .method("contains", [](const List& self, const Value& v) { return self.index_of(v) >= 0; })
      .method("indexOf",
              [](const List& self, const Value& value) {
                return static_cast<std::int32_t>(self.index_of(value));
              })
      .method("clear", &List::clear)
      .method("subList", &sub_list)
      .method("iterator",
              [](const List& self) { return std::make_shared<Iterator>(self.snapshot()); })
      .method("toArray", [](const List& self) { return Array<Value>{self.snapshot()}; })
      .method("toString", [](const List& self, CallContext& c) { return join(c, self.snapshot()); })
      .method("hashCode", [](const List& self) { return content_hash(self.snapshot()); })
      .method("equals", &list_equals);
}

void bind_map(Registry& registry) {
  registry.type<MapEntry>("java.util.Map$Entry")
      .method("getKey", [](const MapEntry& self) { return self.key; })
      .method("getValue", [](const MapEntry& self) { return self.value; });
  registry.type<Map>("java.util.HashMap")
      .implements("java.util.Map")
      .constructor<>()
      .constructor([](std::int32_t) { return std::make_shared<Map>(); })
      .constructor([](const Map& other) {
        auto map = std::make_shared<Map>();
        put_all(*map, other);
        return map;
      })
      .method("size", [](const Map& self) { return as_int(self.size()); })
      .method("isEmpty", [](const Map& self) { return self.size() == 0; })
      .method("put", &Map::put)
      .method("putAll", &put_all)
      .method("get",
              [](const Map& self, const Value& key) { return self.find(key).value_or(Value()); })
      .method("getOrDefault", [](const Map& self, const Value& key,
                                 Value other) { return self.find(key).value_or(std::move(other)); })
      .method("remove", &Map::remove)
      .method("containsKey", &Map::contains)
      .method("containsValue",
              [](const Map& self, const Value& value) {
                const auto values = map_values(self);
                return std::find(values.begin(), values.end(), value) != values.end();
              })
      .method("keySet", &key_set)
      .method("values", &map_values)
      .method("entrySet", &entry_set)
      .method("clear", &Map::clear)
      .method("toString", &map_text)
      .method("hashCode", [](const Map& self) { return content_hash(map_values(self)); })
      .method("equals", &map_equals);
  registry.alias("java.util.LinkedHashMap", "java.util.HashMap");
}

void bind_set(Registry& registry) {
  registry.type<Set>("java.util.HashSet")
      .implements("java.util.Set")
      .constructor<>()
      .constructor([](std::int32_t) { return std::make_shared<Set>(); })
      .constructor([](Values values) { return set_of(std::move(values)); })
      .method("size", [](const Set& self) { return as_int(self.size()); })
      .method("isEmpty", [](const Set& self) { return self.size() == 0; })
      .method("add", &Set::add)
      .method("addAll",
              [](Set& self, Values values) {
                bool changed = false;
                for (Value& value : values) changed |= self.add(std::move(value));
                return changed;
              })
      .method("remove", &Set::remove)
      .method("contains", &Set::contains)
      .method("clear", &Set::clear)
      .method("iterator",
              [](const Set& self) { return std::make_shared<Iterator>(self.snapshot()); })
      .method("toArray", [](const Set& self) { return Array<Value>{self.snapshot()}; })
      .method("toString", [](const Set& self, CallContext& c) { return join(c, self.snapshot()); })
      .method("equals", &set_equals);
  registry.alias("java.util.LinkedHashSet", "java.util.HashSet");
}

}  // namespace

void bind_java_collections(Registry& registry) {
  for (const auto* name : {"java.lang.Iterable", "java.util.Collection", "java.util.List",
                           "java.util.Map", "java.util.Set", "java.util.Iterator"})
    registry.interface(name);
  registry.type("java.util.Collection").implements("java.lang.Iterable");
  registry.type("java.util.List").implements("java.util.Collection");
  registry.type("java.util.Set").implements("java.util.Collection");
  bind_list(registry);
  bind_map(registry);
  bind_set(registry);
  registry.type<Iterator>("java.util.AbstractIterator")
      .implements("java.util.Iterator")
      .method("hasNext", &Iterator::has_next)
      .method("next", &Iterator::next);
  registry.type<ObjectArray>("[Ljava.lang.Object;").implements("[]");
  registry.type("java.util.Arrays")
      .static_method("asList", [](Values values) { return values; })
      .static_method("toString", [](CallContext& context, const Values& values) {
        return join(context, values);
      });
}

}  // namespace py4cpp
