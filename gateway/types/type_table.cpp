// SPDX-License-Identifier: Apache-2.0
#include "gateway/types/type_table.hpp"

#include <algorithm>
#include <deque>
#include <new>
#include <set>

#include "gateway/wire/java_text.hpp"

namespace py4cpp::detail {

namespace {

constexpr std::string_view root_class = "java.lang.Object";

/// Java containers that py4j wraps, and the codes that say so.
constexpr std::pair<std::string_view, char> wrapped_kinds[] = {{"java.util.List", 'l'},
                                                               {"java.util.Map", 'a'},
                                                               {"java.util.Set", 'h'},
                                                               {"java.util.Iterator", 'g'},
                                                               {"[]", 't'}};

[[noreturn]] void refuse_change() {
  throw Error("the registry is frozen: bind everything before the gateway starts");
}

}  // namespace

void TypeRecord::require_open() const {
  if (is_sealed) refuse_change();
}

int Class::depth() const {
  const auto found = supertypes.find(root_class);
  return found == supertypes.end() ? 0 : found->second;
}

const Ancestor* Class::ancestor(const std::type_info& type) const {
  const auto found = std::find_if(ancestors.begin(), ancestors.end(), [&](const Ancestor& each) {
    return *each.base->record->type == type;
  });
  return found == ancestors.end() ? nullptr : &*found;
}

TypeRecord& TypeTable::declare(const std::string& name, const std::type_info* type) {
  require_open();
  if (name.empty()) throw Error("a class needs a name");
  auto& record = records_[name];
  if (!record) {
    record = std::make_unique<TypeRecord>();
    record->name = name;
  }
  if (!type) return *record;
  if (const auto& taken = declared_.emplace(*type, name).first->second; taken != name)
    throw Error(readable_type_name(*type) + " is bound as " + taken +
                " already; use alias() for the second name " + name);
  if (record->type && *record->type != *type)
    throw Error(name + " is bound to " + readable_type_name(*record->type) +
                " already and cannot be " + readable_type_name(*type));
  record->type = type;
  return *record;
}

void TypeTable::alias(const std::string& other, const std::string& name) {
  require_open();
  const auto [place, is_new] = aliases_.emplace(other, name);
  if (!is_new && place->second != name)
    throw Error(other + " names " + place->second + " already and cannot name " + name);
}

void TypeTable::add_translator(Translator translator) {
  require_open();
  translators_.insert(translators_.begin(), std::move(translator));
}

void TypeTable::add_missing(const std::string& package, Missing handler) {
  require_open();
  missing_[package] = std::move(handler);
}

void TypeTable::freeze(const Registry& registry) {
  if (frozen_) return;
  for (const auto& [name, record] : records_) {
    Class& type = classes_[name];
    type.record = record.get();
    if (record->type) by_type_[*record->type] = &type;
  }
  for (const auto& [name, type] : classes_) by_name_[name] = &type;
  for (const auto& [other, name] : aliases_)
    if (const auto found = classes_.find(name); found != classes_.end())
      by_name_.emplace(other, &found->second);
  std::vector<std::string> mistakes;
  check(mistakes);
  refuse(mistakes);
  for (auto& [name, type] : classes_) link(type);
  for (auto& [name, type] : classes_) inherit(type);
  check_defaults(mistakes, registry);
  refuse(mistakes);
  for (const auto& [name, record] : records_) record->is_sealed = true;
  frozen_ = true;
}

/// Opens the table again and throws, when there are any.
void TypeTable::refuse(const std::vector<std::string>& mistakes) {
  if (mistakes.empty()) return;
  classes_.clear();
  by_name_.clear();
  by_type_.clear();
  std::string text = "the registry has mistakes:";
  for (const auto& mistake : mistakes) text += "\n  " + mistake;
  throw Error(text);
}

const Class* TypeTable::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const Class* TypeTable::find(const std::type_info& type) const {
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? nullptr : found->second;
}

std::optional<Target> TypeTable::resolve(const Object& object) const {
  if (const Class* type = find(object.type())) return Target{type, object.pointer().get()};
  if (const Class* type = find(object.static_type())) return Target{type, object.static_pointer()};
  return std::nullopt;
}

std::string TypeTable::canonical(std::string_view name) const {
  const auto alias = aliases_.find(name);
  return alias == aliases_.end() ? std::string(name) : alias->second;
}

const TypeTable::Missing* TypeTable::missing_for(std::string_view name) const {
  for (auto dot = name.rfind('.'); dot != std::string_view::npos && dot > 0;
       dot = name.rfind('.', dot - 1)) {
    const auto found = missing_.find(name.substr(0, dot));
    if (found != missing_.end()) return &found->second;
  }
  return nullptr;
}

std::shared_ptr<NamedError> TypeTable::translate(const std::exception& error) const {
  std::shared_ptr<NamedError> named;
  for (const auto& translator : translators_)
    if ((named = translator(error))) break;
  if (!named) named = std::make_shared<NamedError>("java.lang.RuntimeException", error.what());
  // An error of ours says enough, and a derived NamedError is the whole story.
  const NamedError& result = *named;
  if (!dynamic_cast<const Error*>(&error) && typeid(result) == typeid(NamedError))
    named->set_origin(readable_type_name(typeid(error)));
  return named;
}

std::vector<std::string> TypeTable::nested_classes(std::string_view name) const {
  const std::string prefix = canonical(name) + "$";
  std::vector<std::string> found;
  const auto collect = [&](const auto& names) {
    for (auto each = names.lower_bound(prefix);
         each != names.end() && each->first.starts_with(prefix); ++each) {
      const auto rest = std::string_view(each->first).substr(prefix.size());
      if (!rest.empty() && rest.find('$') == std::string_view::npos) found.emplace_back(rest);
    }
  };
  collect(classes_);
  collect(aliases_);
  return found;
}

std::vector<std::string> TypeTable::class_names() const {
  std::vector<std::string> names;
  for (const auto& [name, type] : classes_) names.emplace_back(name);
  for (const auto& [other, name] : aliases_) names.push_back(other);
  return names;
}

void TypeTable::require_open() const {
  if (frozen_) refuse_change();
}

void TypeTable::check(std::vector<std::string>& mistakes) const {
  for (const auto& [name, record] : records_) {
    for (const auto& base : record->bases)
      if (!find(*base.type))
        mistakes.push_back(name + " has the base " + readable_type_name(*base.type) +
                           ", which is not registered");
    for (const auto& overload : record->constructors)
      check_function(mistakes, "a constructor of " + name, overload, true);
    for (const auto* group : {&record->methods, &record->static_methods})
      for (const auto& [method, overloads] : *group)
        for (const auto& overload : overloads)
          check_function(mistakes, name + "." + method, overload, group == &record->methods);
  }
  for (const auto& [other, name] : aliases_) {
    if (!classes_.contains(name))
      mistakes.push_back(other + " is an alias of " + name + ", which is not registered");
    if (classes_.contains(other))
      mistakes.push_back(other + " is registered and an alias of " + name + " as well");
  }
}

void TypeTable::check_function(std::vector<std::string>& mistakes, const std::string& where,
                               const Overload& overload, bool has_object) const {
  std::set<std::string_view> names;
  if (has_object) names.insert("self");  // What the stubs call the object.
  for (const auto& note : overload.notes)
    if (!names.insert(note.name).second)
      mistakes.push_back(where + " has more than one parameter called " + note.name +
                         (has_object && note.name == "self" ? ", which is the object's name" : ""));
  for (const auto& parameter : overload.parameters)
    if (parameter.bound_type && !find(*parameter.bound_type))
      mistakes.push_back(where + " takes a " + readable_type_name(*parameter.bound_type) +
                         ", which is not registered");
}

void TypeTable::check_defaults(std::vector<std::string>& mistakes, const Registry& registry) const {
  const auto look = [&](const std::string& where, const Overload& overload) {
    for (std::size_t i = 0; i < overload.notes.size(); ++i) {
      const auto& note = overload.notes[i];
      const auto& parameter = overload.parameters[i];
      if (note.has_default && parameter.cost(note.default_value, registry) < 0)
        mistakes.push_back(where + ": the default value of " + note.name + " is no " +
                           parameter.java_name());
    }
  };
  for (const auto& [name, record] : records_) {
    for (const auto& overload : record->constructors) look("a constructor of " + name, overload);
    for (const auto* group : {&record->methods, &record->static_methods})
      for (const auto& [method, overloads] : *group)
        for (const auto& overload : overloads) look(name + "." + method, overload);
  }
}

/// Finds every C++ base and every name above the class, breadth first, so that distances are least.
void TypeTable::link(Class& type) {
  std::deque<Ancestor> open{{&type, 0, {}}};
  std::set<const Class*> seen{&type};
  std::deque<std::pair<std::string, int>> names{{type.name(), 0}};
  while (!open.empty()) {
    const Ancestor current = open.front();
    open.pop_front();
    if (current.distance > 0) {
      type.ancestors.push_back(current);
      names.emplace_back(current.base->name(), current.distance);
    }
    for (const auto& base : current.base->record->bases) {
      const Class* above = find(*base.type);
      if (!seen.insert(above).second) continue;
      Ancestor next{above, current.distance + 1, current.path};
      next.path.push_back(base.upcast);
      open.push_back(std::move(next));
    }
  }
  int farthest = 0;
  while (!names.empty()) {
    const auto [name, distance] = names.front();
    names.pop_front();
    const auto [place, is_new] = type.supertypes.emplace(name, distance);
    if (!is_new && place->second <= distance) continue;
    place->second = distance;
    farthest = std::max(farthest, distance);
    if (const Class* above = find(name))
      for (const auto& parent : above->record->parents)
        names.emplace_back(canonical(parent), distance + 1);
  }
  const bool is_root = type.name() == root_class;
  type.supertypes[std::string(root_class)] = is_root ? 0 : farthest + 1;
  for (const auto& [kind, code] : wrapped_kinds)
    if (type.supertypes.contains(kind)) type.wire_code = code;
}

/// Collects own functions first, then those of the bases from near to far, then those that every
/// object has. The order matters: of equally good overloads the first wins, so that a class may
/// replace what it inherits.
void TypeTable::inherit(Class& type) {
  const auto take = [&type](const Class& from, const Ancestor* origin) {
    for (const auto& [name, overloads] : from.record->methods)
      for (const auto& overload : overloads) type.methods[name].push_back({&overload, origin});
    for (const auto& [name, overloads] : from.record->static_methods)
      for (const auto& overload : overloads)
        type.static_methods[name].push_back({&overload, origin});
    for (const auto& [name, field] : from.record->fields)
      type.fields.emplace(name, InheritedField{&field, origin});
    for (const auto& [name, field] : from.record->static_fields)
      type.static_fields.emplace(name, InheritedField{&field, origin});
  };
  take(type, nullptr);
  for (const auto& overload : type.record->constructors)
    type.constructors.push_back({&overload, nullptr});
  for (const auto& ancestor : type.ancestors) take(*ancestor.base, &ancestor);
  const Class* root = find(root_class);
  type.binds_equals = root != &type && type.methods.contains("equals");
  if (root && root != &type) take(*root, nullptr);
}

}  // namespace py4cpp::detail
