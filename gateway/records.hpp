// SPDX-License-Identifier: Apache-2.0
//
// The plain records that the binding templates fill. Everything behind them (choosing an overload,
// calling it, describing it) is compiled once, in the library. Embedders do not use these directly.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <typeinfo>
#include <vector>

#include "call_context.hpp"
#include "convert.hpp"
#include "named_error.hpp"

namespace py4cpp::detail {

struct Parameter {
  Cost (*cost)(const Value& value, const Registry& registry);
  std::string (*java_name)();
  PythonType (*python_type)();
  const std::type_info* bound_type;  // Null for plain values; checked when the registry freezes.
};

/// One call on its way into a bound function.
struct Invocation {
  CallContext& context;
  const Value& self;  // Null for statics and constructors.
  void* pointer;      // `self` as the type that the function was bound on.
  std::span<Value> arguments;
};

/// What an arg() says of a parameter.
struct ParameterNote {
  std::string name;
  bool has_default = false;
  Value default_value{};
};

struct Overload {
  std::span<const Parameter> parameters;
  std::string (*return_name)() = nullptr;       // Null when the function returns nothing.
  PythonType (*return_python)() = nullptr;      // Null like return_name.
  const std::type_info* return_type = nullptr;  // Null unless it returns a bound class.
  std::function<Value(Invocation&)> invoke;     // Empty when only Python implements it.
  std::vector<ParameterNote> notes{};           // As many as there are parameters, or none.
  std::string doc{};
  bool is_variadic = false;     // The last parameter takes a list of what is left.
  bool changes_object = false;  // The object may not be const.
  std::size_t required = 0;     // Arguments that Python has to give.
};

struct Field {
  std::string (*java_name)() = nullptr;
  PythonType (*python_type)() = nullptr;
  std::function<Value(Invocation&)> get;
  std::function<void(Invocation&)> set;  // Empty when the field is read-only.
  Parameter parameter{};                 // How `set` converts its one argument.
  std::string doc{};
  bool get_changes_object = false;  // The object may not be const.
};

struct Base {
  const std::type_info* type;
  void* (*upcast)(void* derived);
};

/// How an error of a bound class keeps its C++ type on its way to Python and back.
struct ErrorFunctions {
  std::shared_ptr<NamedError> (*copy)(const NamedError& error) = nullptr;
  void (*raise)(const NamedError& error) = nullptr;  // Throws a copy.
};

/// A constant of an enumeration.
struct Constant {
  std::string name;
  std::int64_t number;
  Value value;
  std::string doc;
};

/// Everything bound under one class name, as declared.
struct TypeRecord {
  /// Throws Error once the registry is frozen.
  void require_open() const;

  bool is_sealed = false;
  std::string name{};
  std::string doc{};
  const std::type_info* type = nullptr;  // Null when the class has no C++ type.
  bool is_interface = false;
  /// Makes a C++ object out of a Python object that implements the interface; empty when there is
  /// no way to.
  std::function<std::shared_ptr<void>(const Proxy&)> from_proxy{};
  std::string callback_method{};  // What a std::function calls on a Python object; may be empty.
  ErrorFunctions error{};         // Empty when the class is no NamedError.
  std::vector<Base> bases{};
  std::vector<std::string> parents{};  // Names, for isInstanceOf only.
  std::vector<Overload> constructors{};
  std::map<std::string, std::vector<Overload>, std::less<>> methods{};
  std::map<std::string, std::vector<Overload>, std::less<>> static_methods{};
  std::map<std::string, Field, std::less<>> fields{};
  std::map<std::string, Field, std::less<>> static_fields{};
  std::vector<Constant> constants{};  // Of an enumeration, in the order of their declaration.
  std::int64_t (*number_of)(const void* constant) = nullptr;
  /// What an object itself carries for its methods that have no `invoke`; null for most classes.
  const Overload& (*carried)(const void* object) = nullptr;
};

/// The functions of an error class, none for other classes.
template <class T>
ErrorFunctions error_functions() {
  if constexpr (std::is_base_of_v<NamedError, T> && std::is_copy_constructible_v<T>)
    return {[](const NamedError& error) -> std::shared_ptr<NamedError> {
              return std::make_shared<T>(static_cast<const T&>(error));
            },
            [](const NamedError& error) { throw T(static_cast<const T&>(error)); }};
  else
    return {};
}

}  // namespace py4cpp::detail
