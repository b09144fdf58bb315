// SPDX-License-Identifier: Apache-2.0
//
// From a name and arguments to a bound function: choosing an overload and calling it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/call_context.hpp"
#include "gateway/registry.hpp"
#include "gateway/types/type_table.hpp"

namespace py4cpp::detail {

/// What a call produced. Java tells a method without result from one that returned null.
struct Outcome {
  Value value;
  bool is_void = false;
};

/// A member that is not there, or takes other arguments. Not an error of the bound program.
struct NoSuchMember {
  std::string text;
};

using CallResult = std::variant<Outcome, NoSuchMember>;

/// The candidate with the lowest cost, or null when none fits.
const Method* choose(const Registry& registry, std::span<const Method> candidates,
                     std::span<const Value> arguments);

/// Calls a method of an object, a static one when the object has none of the name. Whatever the
/// bound function throws passes through; so does what a `missing` handler throws.
CallResult call_method(const Registry& registry, CallContext& context, const Value& target,
                       std::string_view method, std::vector<Value> arguments);
CallResult call_static(const Registry& registry, CallContext& context, std::string_view class_name,
                       std::string_view method, std::vector<Value> arguments);
CallResult construct(const Registry& registry, CallContext& context, std::string_view class_name,
                     std::vector<Value> arguments);

/// Throws NamedError when the object is one that C++ gave as const; `member` is what changes it.
void require_mutable(const Registry& registry, const Value& object, std::string_view member);

/// The value of a field of `invocation.self`. Throws what its function throws, and as
/// require_mutable() does for one that changes the object.
Value read_field(const Field& field, Invocation& invocation, std::string_view name);

/// What an object of the class carries itself for a method; null when the method is the class's.
const Overload* carried_overload(const Class& type, const Method& method, void* pointer);

/// "name(int, java.lang.String)", with the parameters' names and defaults where they are known, and
/// with the simple names of classes when it shall be short.
std::string signature_text(const Registry& registry, std::string_view name,
                           const Overload& overload, bool is_short = false);
/// A default value as a person would write it; "..." for what has no short form.
std::string default_text(const Value& value);
/// The Java name of a parameter's or result's type.
std::string type_text(const Registry& registry, const Parameter& parameter);

}  // namespace py4cpp::detail
