// SPDX-License-Identifier: Apache-2.0
#include "gateway/types/dispatch.hpp"

#include <algorithm>
#include <limits>

#include "gateway/bulk.hpp"
#include "gateway/collections.hpp"
#include "gateway/types/call_metrics.hpp"
#include "gateway/wire/java_text.hpp"

namespace py4cpp::detail {

namespace {

/// The arguments from `first` on as one list, as a variadic parameter takes them.
Value collected(std::span<const Value> arguments, std::size_t first) {
  return std::make_shared<List>(
      std::vector<Value>(arguments.begin() + static_cast<std::ptrdiff_t>(first), arguments.end()));
}

/// Whether the last argument is the whole list for a variadic parameter, as Java allows.
bool is_given_whole(const Registry& registry, const Overload& overload,
                    std::span<const Value> arguments) {
  return arguments.size() == overload.parameters.size() &&
         overload.parameters.back().cost(arguments.back(), registry) >= 0;
}

Cost cost_of_rest(const Registry& registry, const Overload& overload,
                  std::span<const Value> arguments) {
  const Parameter& last = overload.parameters.back();
  if (is_given_whole(registry, overload, arguments)) return last.cost(arguments.back(), registry);
  const std::size_t fixed = overload.parameters.size() - 1;
  if (arguments.size() <= fixed) return variadic_cost;
  const Cost cost = last.cost(collected(arguments, fixed), registry);
  return cost < 0 ? no_match : variadic_cost + cost;
}

Cost total_cost(const Registry& registry, const Overload& overload,
                std::span<const Value> arguments) {
  if (arguments.size() < overload.required) return no_match;
  std::size_t fixed = overload.parameters.size();
  Cost sum = 0;
  if (overload.is_variadic) {
    sum = cost_of_rest(registry, overload, arguments);
    if (sum < 0) return no_match;
    --fixed;
  } else if (arguments.size() > fixed) {
    return no_match;
  }
  const std::size_t given = std::min(fixed, arguments.size());
  for (std::size_t i = 0; i < given; ++i) {
    const Cost cost = overload.parameters[i].cost(arguments[i], registry);
    if (cost < 0) return no_match;
    sum += cost;
  }
  return sum + omitted_cost * static_cast<Cost>(fixed - given);
}

/// Adds what Python left out, so that there is one argument for each parameter.
void complete(const Registry& registry, const Overload& overload, std::vector<Value>& arguments) {
  const std::size_t wanted = overload.parameters.size();
  if (!overload.is_variadic) {
    while (arguments.size() < wanted)
      arguments.push_back(overload.notes[arguments.size()].default_value);
    return;
  }
  if (is_given_whole(registry, overload, arguments)) return;
  while (arguments.size() + 1 < wanted)
    arguments.push_back(overload.notes[arguments.size()].default_value);
  Value rest = collected(arguments, wanted - 1);
  arguments.resize(wanted - 1);
  arguments.push_back(std::move(rest));
}

std::string argument_classes(const Registry& registry, std::span<const Value> arguments) {
  std::string text;
  for (const Value& argument : arguments) {
    if (!text.empty()) text += ", ";
    if (const auto* proxy = argument.get_if<Proxy>()) {
      text += "Python object";
      for (const auto& name : proxy->interfaces()) text += " " + name;
    } else {
      const auto* object = argument.get_if<Object>();
      if (object && object->is_const()) text += "const ";
      text += argument.is_null() ? "null" : "class " + registry.class_name(argument);
      if (const auto buffer = argument.object<SharedBuffer>()) text += " of " + buffer->format();
    }
  }
  return text;
}

NoSuchMember no_such(const Registry& registry, std::string_view class_name, std::string_view member,
                     std::span<const Method> candidates, std::span<const Value> arguments) {
  std::string text = "py4j.Py4JException: ";
  const bool is_constructor = member.empty();
  const std::string name(is_constructor ? class_name : member);
  text += (is_constructor ? "Constructor " : "Method ") + name + "([" +
          argument_classes(registry, arguments) + "]) does not exist";
  if (!is_constructor) text += " in " + std::string(class_name);
  if (candidates.empty()) return {text};
  text += "; it takes:";
  for (const Method& candidate : candidates)
    text += " " + signature_text(registry, name, *candidate.overload);
  return {text};
}

/// What constructors are called where calls are counted.
constexpr std::string_view constructor_name = "<init>";

LatencyCounter* counter_of(CallContext& context, const Method& method, const Class& type,
                           std::string_view name) {
  auto* const counters = context.counters();
  return counters ? counters->calls.counter(&method, type.name(), name) : nullptr;
}

Outcome invoke(const Method& method, std::string_view name, CallContext& context, const Value& self,
               void* pointer, std::vector<Value>& arguments) {
  if (method.overload->changes_object) require_mutable(context.registry(), self, name);
  if (method.origin) pointer = method.origin->cast(pointer);
  complete(context.registry(), *method.overload, arguments);
  Invocation invocation{context, self, pointer, arguments};
  Value result = method.overload->invoke(invocation);
  return {std::move(result), method.overload->return_name == nullptr};
}

Outcome run(const Method& method, const Class& type, std::string_view name, CallContext& context,
            const Value& self, void* pointer, std::vector<Value>& arguments) {
  const LatencyTimer timer(counter_of(context, method, type, name));
  return invoke(method, name, context, self, pointer, arguments);
}

template <class Table>
std::span<const Method> candidates_in(const Table& table, std::string_view name) {
  const auto found = table.find(name);
  if (found == table.end()) return {};
  return found->second;
}

}  // namespace

const Method* choose(const Registry& registry, std::span<const Method> candidates,
                     std::span<const Value> arguments) {
  const Method* best = nullptr;
  Cost best_cost = std::numeric_limits<Cost>::max();
  for (const Method& candidate : candidates) {
    const Cost cost = total_cost(registry, *candidate.overload, arguments);
    if (!candidate.overload->invoke || cost < 0 || cost >= best_cost) continue;
    best = &candidate;
    best_cost = cost;
    if (cost == 0) break;
  }
  return best;
}

CallResult call_method(const Registry& registry, CallContext& context, const Value& target,
                       std::string_view method, std::vector<Value> arguments) {
  if (const auto* proxy = target.get_if<Proxy>()) {
    if (method != "getClass") return Outcome{proxy->call(method, std::move(arguments))};
  }
  const auto* object = target.get_if<Object>();
  const auto resolved = object ? registry.table().resolve(*object) : std::nullopt;
  const Class* type = resolved ? resolved->type : registry.table().find("java.lang.Object");
  void* const pointer = resolved ? resolved->pointer : nullptr;

  auto candidates = candidates_in(type->methods, method);
  if (const Method* chosen = choose(registry, candidates, arguments))
    return run(*chosen, *type, method, context, target, pointer, arguments);
  const auto statics = candidates_in(type->static_methods, method);
  if (const Method* chosen = choose(registry, statics, arguments))
    return run(*chosen, *type, method, context, Value(), nullptr, arguments);

  const std::string class_name = registry.class_name(target);
  if (!candidates.empty())
    if (const Overload* carried = carried_overload(*type, candidates.front(), pointer)) {
      const Method own{carried, nullptr};
      if (!choose(registry, {&own, 1}, arguments))
        return no_such(registry, class_name, method, {&own, 1}, arguments);
      const LatencyTimer timer(counter_of(context, candidates.front(), *type, method));
      return invoke(own, method, context, target, pointer, arguments);
    }
  if (candidates.empty()) candidates = statics;
  if (candidates.empty())
    if (const auto* missing = registry.table().missing_for(class_name))
      (*missing)(class_name, std::string(method));
  return no_such(registry, class_name, method, candidates, arguments);
}

void require_mutable(const Registry& registry, const Value& object, std::string_view member) {
  const auto* held = object.get_if<Object>();
  if (held && held->is_const())
    throw NamedError("java.lang.UnsupportedOperationException",
                     std::string(member) + " changes its object, and C++ gave this " +
                         registry.class_name(object) + " as const");
}

Value read_field(const Field& field, Invocation& invocation, std::string_view name) {
  if (field.get_changes_object)
    require_mutable(invocation.context.registry(), invocation.self, name);
  return field.get(invocation);
}

const Overload* carried_overload(const Class& type, const Method& method, void* pointer) {
  const TypeRecord& record = method.origin ? *method.origin->base->record : *type.record;
  if (method.overload->invoke || !record.carried) return nullptr;
  return &record.carried(method.origin ? method.origin->cast(pointer) : pointer);
}

CallResult call_static(const Registry& registry, CallContext& context, std::string_view class_name,
                       std::string_view method, std::vector<Value> arguments) {
  const Class* type = registry.table().find(class_name);
  std::span<const Method> candidates;
  if (type) candidates = candidates_in(type->static_methods, method);
  if (const Method* chosen = choose(registry, candidates, arguments))
    return run(*chosen, *type, method, context, Value(), nullptr, arguments);
  if (candidates.empty())
    if (const auto* missing = registry.table().missing_for(class_name))
      (*missing)(std::string(class_name), std::string(method));
  if (!type)
    return NoSuchMember{"py4j.Py4JException: Class " + std::string(class_name) + " does not exist"};
  return no_such(registry, class_name, method, candidates, arguments);
}

CallResult construct(const Registry& registry, CallContext& context, std::string_view class_name,
                     std::vector<Value> arguments) {
  const Class* type = registry.table().find(class_name);
  if (!type) {
    if (const auto* missing = registry.table().missing_for(class_name))
      (*missing)(std::string(class_name), "");
    return NoSuchMember{"py4j.Py4JException: Class " + std::string(class_name) + " does not exist"};
  }
  if (const Method* chosen = choose(registry, type->constructors, arguments))
    return run(*chosen, *type, constructor_name, context, Value(), nullptr, arguments);
  if (type->constructors.empty())
    if (const auto* missing = registry.table().missing_for(class_name))
      (*missing)(std::string(class_name), "");
  return no_such(registry, class_name, "", type->constructors, arguments);
}

std::string type_text(const Registry& registry, const Parameter& parameter) {
  std::string text = parameter.java_name();
  const Class* type = parameter.bound_type ? registry.table().find(*parameter.bound_type) : nullptr;
  if (!type) return text;
  const std::string cpp_name = class_name_of(*parameter.bound_type);
  if (text.starts_with(cpp_name)) text.replace(0, cpp_name.size(), type->name());
  return text;
}

std::string signature_text(const Registry& registry, std::string_view name,
                           const Overload& overload, bool is_short) {
  std::string text(name);
  text += '(';
  for (std::size_t i = 0; i < overload.parameters.size(); ++i) {
    if (i > 0) text += ", ";
    const std::string type = type_text(registry, overload.parameters[i]);
    text += is_short ? simple_name(type) : type;
    if (overload.notes.empty()) continue;
    text += ' ' + overload.notes[i].name;
    if (overload.notes[i].has_default)
      text += " = " + default_text(overload.notes[i].default_value);
  }
  return text + ')';
}

std::string default_text(const Value& value) {
  if (const auto* text = value.get_if<std::string>()) return "'" + *text + "'";
  const auto* object = value.get_if<Object>();
  return object ? "..." : plain_text(value);
}

}  // namespace py4cpp::detail
