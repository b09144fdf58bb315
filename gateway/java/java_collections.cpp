// SPDX-License-Identifier: Apache-2.0
//
// java.util as py4j's containers use it, bound on List, Map, Set, Iterator and ObjectArray.
#include <algorithm>

#include "gateway/collections.hpp"
#include "gateway/java/java_names.hpp"
#include "gateway/java/map_entry.hpp"
#include "gateway/types/equality.hpp"
#include "gateway/types/ordering.hpp"

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
    text += context.registry().text_of(context, value);
  }
  return text + "]";
}

std::int32_t list_hash(const List& self, CallContext& context) {
  std::uint32_t hash = 1;
  for (const Value& value : self.snapshot())
    hash = 31 * hash + static_cast<std::uint32_t>(Equality(context).hash(value));
  return static_cast<std::int32_t>(hash);
}

/// Of a set and of a map: the order does not matter.
std::int32_t map_hash(const Map& self, CallContext& context, bool with_values) {
  const Equality equality(context);
  std::uint32_t hash = 0;
  for (const auto& [key, value] : self.snapshot())
    hash +=
        static_cast<std::uint32_t>(equality.hash(key) ^ (with_values ? equality.hash(value) : 0));
  return static_cast<std::int32_t>(hash);
}

bool list_equals(const List& self, CallContext& context, const Value& other) {
  const auto list = context.registry().cast<List>(other);
  if (!list) return false;
  const auto a = self.snapshot();
  const auto b = list->snapshot();
  const Equality equality(context);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](const Value& x, const Value& y) { return equality.equal(x, y); });
}

bool map_equals(const Map& self, CallContext& context, const Value& other) {
  const auto map = context.registry().cast<Map>(other);
  if (!map || map->size() != self.size()) return false;
  const Equality equality(context);
  const auto entries = self.snapshot();
  return std::all_of(entries.begin(), entries.end(), [&](const auto& entry) {
    const auto mapped = map->find(equality.key_in(*map, entry.first));
    return mapped && equality.equal(entry.second, *mapped);
  });
}

bool has_key(const Map& self, CallContext& context, const Value& key) {
  return self.contains(Equality(context).key_in(self, key));
}

bool set_equals(const Set& self, CallContext& context, const Value& other) {
  const auto set = context.registry().cast<Set>(other);
  if (!set || set->size() != self.size()) return false;
  const auto values = self.snapshot();
  return std::all_of(values.begin(), values.end(),
                     [&](const Value& value) { return has_key(set->keys(), context, value); });
}

std::string map_text(const Map& self, CallContext& context) {
  std::string text = "{";
  for (const auto& [key, value] : self.snapshot()) {
    if (text.size() > 1) text += ", ";
    text +=
        context.registry().text_of(context, key) + "=" + context.registry().text_of(context, value);
  }
  return text + "}";
}

/// False when an equal value was there already.
bool add_to(Set& self, CallContext& context, Value value) {
  return Equality(context).put(self.keys(), std::move(value), true).is_null();
}

bool add_all_to(Set& self, CallContext& context, Values values) {
  bool changed = false;
  for (Value& value : values) changed |= add_to(self, context, std::move(value));
  return changed;
}

std::shared_ptr<Set> set_of(CallContext& context, Values values) {
  auto set = std::make_shared<Set>();
  add_all_to(*set, context, std::move(values));
  return set;
}

void put_all(Map& self, CallContext& context, const Map& other) {
  const Equality equality(context);
  for (auto& [key, value] : other.snapshot()) equality.put(self, std::move(key), std::move(value));
}

Value get_or(const Map& self, CallContext& context, const Value& key, Value other) {
  return self.find(Equality(context).key_in(self, key)).value_or(std::move(other));
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

bool entry_equals(const MapEntry& self, CallContext& context, const Value& other) {
  const auto entry = context.registry().cast<MapEntry>(other);
  const Equality equality(context);
  return entry && equality.equal(self.key(), entry->key()) &&
         equality.equal(self.value(), entry->value());
}

std::shared_ptr<Set> entry_set(const Map& self) {
  auto entries = std::make_shared<Set>();
  for (auto& [key, value] : self.snapshot())
    entries->add(std::make_shared<MapEntry>(std::move(key), std::move(value)));
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
              [](List& self, CallContext& context, const Value& value) {
                return Equality(context).remove_from(self, value);
              })
      .method("contains",
              [](const List& self, CallContext& context, const Value& value) {
                return Equality(context).index_in(self, value) >= 0;
              })
      .method("indexOf",
              [](const List& self, CallContext& context, const Value& value) {
                return static_cast<std::int32_t>(Equality(context).index_in(self, value));
              })
      .method("clear", &List::clear)
      .method("subList", &sub_list)
      .method("iterator",
              [](const List& self) { return std::make_shared<Iterator>(self.snapshot()); })
      .method("toArray", [](const List& self) { return Array<Value>{self.snapshot()}; })
      .method("toString", [](const List& self, CallContext& c) { return join(c, self.snapshot()); })
      .method("hashCode", &list_hash)
      .method("equals", &list_equals);
}

void bind_map(Registry& registry) {
  registry.type<MapEntry>("java.util.Map$Entry")
      .method("getKey", [](const MapEntry& self) { return self.key(); })
      .method("getValue", [](const MapEntry& self) { return self.value(); })
      .method("hashCode",
              [](const MapEntry& self, CallContext& context) {
                const Equality equality(context);
                return equality.hash(self.key()) ^ equality.hash(self.value());
              })
      .method("equals", &entry_equals);
  registry.type<Map>("java.util.HashMap")
      .implements("java.util.Map")
      .constructor<>()
      .constructor([](std::int32_t) { return std::make_shared<Map>(); })
      .constructor([](CallContext& context, const Map& other) {
        auto map = std::make_shared<Map>();
        put_all(*map, context, other);
        return map;
      })
      .method("size", [](const Map& self) { return as_int(self.size()); })
      .method("isEmpty", [](const Map& self) { return self.size() == 0; })
      .method("put",
              [](Map& self, CallContext& context, Value key, Value value) {
                return Equality(context).put(self, std::move(key), std::move(value));
              })
      .method("putAll", &put_all)
      .method("get", [](const Map& self, CallContext& context,
                        const Value& key) { return get_or(self, context, key, {}); })
      .method("getOrDefault", &get_or)
      .method("remove",
              [](Map& self, CallContext& context, const Value& key) {
                return self.remove(Equality(context).key_in(self, key));
              })
      .method("containsKey", &has_key)
      .method("containsValue",
              [](const Map& self, CallContext& context, const Value& value) {
                return Equality(context).count_in(map_values(self), value) > 0;
              })
      .method("keySet", &key_set)
      .method("values", &map_values)
      .method("entrySet", &entry_set)
      .method("clear", &Map::clear)
      .method("toString", &map_text)
      .method("hashCode",
              [](const Map& self, CallContext& context) { return map_hash(self, context, true); })
      .method("equals", &map_equals);
  registry.alias("java.util.LinkedHashMap", "java.util.HashMap");
}

void bind_set(Registry& registry) {
  registry.type<Set>("java.util.HashSet")
      .implements("java.util.Set")
      .constructor<>()
      .constructor([](std::int32_t) { return std::make_shared<Set>(); })
      .constructor(&set_of)
      .method("size", [](const Set& self) { return as_int(self.size()); })
      .method("isEmpty", [](const Set& self) { return self.size() == 0; })
      .method("add", &add_to)
      .method("addAll", &add_all_to)
      .method("remove",
              [](Set& self, CallContext& context, const Value& value) {
                return !self.keys().remove(Equality(context).key_in(self.keys(), value)).is_null();
              })
      .method("contains", [](const Set& self, CallContext& context,
                             const Value& value) { return has_key(self.keys(), context, value); })
      .method("clear", &Set::clear)
      .method("iterator",
              [](const Set& self) { return std::make_shared<Iterator>(self.snapshot()); })
      .method("toArray", [](const Set& self) { return Array<Value>{self.snapshot()}; })
      .method("toString", [](const Set& self, CallContext& c) { return join(c, self.snapshot()); })
      .method("hashCode",
              [](const Set& self, CallContext& context) {
                return map_hash(self.keys(), context, false);
              })
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
  registry.type("java.util.Collections")
      .static_method("sort", [](CallContext& context, List& list) {
        list.assign(Ordering(context).sorted(list.snapshot()));
      });
  registry.type("java.util.Arrays")
      .static_method("asList", [](Values values) { return values; })
      .static_method("toString", [](CallContext& context, const Values& values) {
        return join(context, values);
      });
}

}  // namespace py4cpp
