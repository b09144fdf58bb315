// SPDX-License-Identifier: Apache-2.0
//
// Python objects in the place of C++ functions: which of their methods a call means.
#include <algorithm>

#include "gateway/convert_function.hpp"
#include "gateway/function_object.hpp"
#include "gateway/registry.hpp"
#include "gateway/types/type_table.hpp"

namespace py4cpp::detail {

namespace {

/// The one abstract method of Java's functional interfaces.
constexpr std::pair<std::string_view, std::string_view> known_methods[] = {
    {"java.lang.Runnable", "run"},
    {"java.util.Comparator", "compare"},
    {"java.util.concurrent.Callable", "call"},
    {"java.util.function.BiConsumer", "accept"},
    {"java.util.function.BiFunction", "apply"},
    {"java.util.function.BiPredicate", "test"},
    {"java.util.function.BinaryOperator", "apply"},
    {"java.util.function.BooleanSupplier", "getAsBoolean"},
    {"java.util.function.Consumer", "accept"},
    {"java.util.function.DoubleFunction", "apply"},
    {"java.util.function.DoubleSupplier", "getAsDouble"},
    {"java.util.function.Function", "apply"},
    {"java.util.function.IntFunction", "apply"},
    {"java.util.function.IntSupplier", "getAsInt"},
    {"java.util.function.LongFunction", "apply"},
    {"java.util.function.LongSupplier", "getAsLong"},
    {"java.util.function.Predicate", "test"},
    {"java.util.function.Supplier", "get"},
    {"java.util.function.UnaryOperator", "apply"},
};

/// What Python itself calls; the client's callback server finds it on every callable.
constexpr std::string_view python_call = "__call__";

std::string_view registered_method(const TypeRecord& record) {
  if (!record.callback_method.empty()) return record.callback_method;
  if (record.is_interface && record.methods.size() == 1) return record.methods.begin()->first;
  return {};
}

}  // namespace

Cost callable_cost(const Registry&, const Value& value) {
  if (value.is_null()) return null_cost - distance_cost;
  return value.get_if<Proxy>() ? distance_cost : no_match;
}

const void* held_function(const Registry& registry, const Value& value,
                          const std::type_info& type) {
  if (!value.get_if<Object>()) return nullptr;
  const auto function = registry.cast<FunctionObject>(value);
  return function ? function->held_as(type) : nullptr;
}

std::string callback_method(const Registry& registry, const Proxy& proxy) {
  for (const auto& interface : proxy.interfaces()) {
    const Class* type = registry.table().find(interface);
    const auto method = type ? registered_method(*type->record) : std::string_view();
    if (!method.empty()) return std::string(method);
  }
  for (const auto& interface : proxy.interfaces()) {
    const auto* known = std::find_if(std::begin(known_methods), std::end(known_methods),
                                     [&](const auto& each) { return each.first == interface; });
    if (known != std::end(known_methods)) return std::string(known->second);
  }
  return std::string(python_call);
}

}  // namespace py4cpp::detail
