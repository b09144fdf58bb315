// SPDX-License-Identifier: Apache-2.0
//
// The classes of functions that Python holds. Their methods have no parameters of their own: each
// object carries those of its function.
#include "gateway/function_object.hpp"
#include "gateway/java/java_names.hpp"

namespace py4cpp {

namespace {

using detail::FunctionKind;
using detail::FunctionNames;
using detail::FunctionObject;
using detail::FunctionOf;

/// A method of T that the object's own function answers.
template <class T>
void add_carried(detail::TypeRecord& record, const FunctionNames& names) {
  record.carried = [](const void* object) -> const detail::Overload& {
    return static_cast<const T*>(object)->overload();
  };
  record.methods[std::string(names.method)].emplace_back();
}

}  // namespace

void bind_java_functions(Registry& registry) {
  const std::string base_name(detail::function_base.class_name);
  registry.type<FunctionObject>(base_name).doc("A C++ function; call it with apply().");
  add_carried<FunctionObject>(registry.declare(base_name, &typeid(FunctionObject)),
                              detail::function_base);
  const auto bind_kind = [&]<FunctionKind kind>(std::integral_constant<FunctionKind, kind>) {
    constexpr FunctionNames names = detail::names_of(kind);
    const std::string name(names.class_name);
    auto type = registry.type<FunctionOf<kind>>(name).template base<FunctionObject>();
    if (!names.interface.empty()) type.implements(std::string(names.interface));
    if (names.method != detail::function_base.method)
      add_carried<FunctionOf<kind>>(registry.declare(name, &typeid(FunctionOf<kind>)), names);
  };
  const auto bind_all = [&]<std::size_t... kind>(std::index_sequence<kind...>) {
    (bind_kind(std::integral_constant<FunctionKind, static_cast<FunctionKind>(kind)>()), ...);
  };
  bind_all(std::make_index_sequence<static_cast<std::size_t>(FunctionKind::other) + 1>());
}

}  // namespace py4cpp
