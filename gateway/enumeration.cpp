// SPDX-License-Identifier: Apache-2.0
//
// What every enumeration answers, in the manner of java.lang.Enum, and how constants convert.
#include <algorithm>

#include "gateway/collections.hpp"
#include "gateway/registry.hpp"
#include "gateway/types/type_table.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp::detail {

namespace {

/// The methods below take the constant as a Value, hence serve any enumeration.
struct AnyEnumeration {};

std::int64_t number_of(const TypeRecord& record, const Value& constant) {
  return record.number_of(constant.get_if<Object>()->pointer().get());
}

const Constant& constant_of(const TypeRecord& record, const Value& value) {
  const std::int64_t number = number_of(record, value);
  for (const Constant& constant : record.constants)
    if (constant.number == number) return constant;
  throw NamedError("java.lang.IllegalStateException",
                   record.name + " has no constant for the number " + std::to_string(number));
}

std::int32_t ordinal_of(const TypeRecord& record, const Value& value) {
  return static_cast<std::int32_t>(&constant_of(record, value) - record.constants.data());
}

const Constant* find_constant(const TypeRecord& record, std::string_view name) {
  const auto found = std::find_if(record.constants.begin(), record.constants.end(),
                                  [&](const Constant& constant) { return constant.name == name; });
  return found == record.constants.end() ? nullptr : &*found;
}

Value value_named(const TypeRecord& record, const std::string& name) {
  if (const Constant* constant = find_constant(record, name)) return constant->value;
  throw NamedError("java.lang.IllegalArgumentException",
                   "No enum constant " + record.name + "." + name);
}

}  // namespace

void bind_enumeration(TypeRecord& record, PythonType (*constant)(), PythonType (*constants)()) {
  if (!record.methods.empty()) return;  // Asked for again.
  record.parents.insert(record.parents.end(), {"java.lang.Enum", "java.lang.Comparable"});
  const auto type = [&record](const Value& self) {
    return record.type == &self.get_if<Object>()->static_type();
  };
  const auto method = [&record](const char* name, auto function) {
    record.methods[name].push_back(method_overload<AnyEnumeration>(std::move(function)));
  };
  method("name", [&record](const Value& self) { return constant_of(record, self).name; });
  method("toString", [&record](const Value& self) { return constant_of(record, self).name; });
  method("ordinal", [&record](const Value& self) { return ordinal_of(record, self); });
  method("hashCode", [&record](const Value& self) {
    return folded_hash(static_cast<std::size_t>(number_of(record, self)));
  });
  method("equals", [](const Value& self, const Value& other) { return self == other; });
  method("compareTo", [&record, type](const Value& self, const Value& other) {
    if (!other.get_if<Object>() || !type(other))
      throw NamedError("java.lang.ClassCastException", "only constants of one enumeration compare");
    return ordinal_of(record, self) - ordinal_of(record, other);
  });
  const auto static_method = [&record](const char* name, auto function, PythonType (*result)()) {
    record.static_methods[name].push_back(free_overload(std::move(function)));
    record.static_methods[name].back().return_python = result;
  };
  static_method(
      "valueOf", [&record](const std::string& name) { return value_named(record, name); },
      constant);
  static_method(
      "values",
      [&record] {
        Array<Value> all{{}, record.name};
        for (const Constant& each : record.constants) all.values.push_back(each.value);
        return all;
      },
      constants);
}

void add_constant(TypeRecord& record, Constant constant) {
  if (find_constant(record, constant.name))
    throw Error(record.name + " has a constant " + constant.name + " already");
  Field field;
  field.get = [value = constant.value](Invocation&) { return value; };
  field.doc = constant.doc;
  record.static_fields[constant.name] = std::move(field);
  record.constants.push_back(std::move(constant));
}

Cost constant_cost(const Registry& registry, const Value& value, const std::type_info& type) {
  if (const auto* object = value.get_if<Object>())
    return object->static_type() == type ? 0 : no_match;
  const auto* name = value.get_if<std::string>();
  const Class* enumeration = name ? registry.table().find(type) : nullptr;
  return enumeration && find_constant(*enumeration->record, *name) ? kindness_cost : no_match;
}

std::shared_ptr<const void> constant_from(const Registry& registry, const Value& value,
                                          const std::type_info& type) {
  const auto* name = value.get_if<std::string>();
  if (!name) return value.get_if<Object>()->pointer();
  return value_named(*registry.table().find(type)->record, *name).get_if<Object>()->pointer();
}

}  // namespace py4cpp::detail
