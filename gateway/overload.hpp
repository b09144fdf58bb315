// SPDX-License-Identifier: Apache-2.0
//
// The plain records that the binding templates fill. Everything behind them (choosing an overload,
// calling it, describing it) is compiled once, in the library. Embedders do not use these directly.
#pragma once

#include <array>
#include <concepts>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "call_context.hpp"
#include "convert.hpp"
#include "named_error.hpp"

namespace py4cpp::detail {

struct Parameter {
  Cost (*cost)(const Value& value, const Registry& registry);
  std::string (*java_name)();
  const std::type_info* bound_type;  // Null for plain values; checked when the registry freezes.
};

/// One call on its way into a bound function.
struct Invocation {
  CallContext& context;
  const Value& self;  // Null for statics and constructors.
  void* pointer;      // `self` as the type that the function was bound on.
  std::span<Value> arguments;
};

struct Overload {
  std::span<const Parameter> parameters;
  std::string (*return_name)() = nullptr;       // Null when the function returns nothing.
  const std::type_info* return_type = nullptr;  // Null unless it returns a bound class.
  std::function<Value(Invocation&)> invoke;
};

struct Field {
  std::string (*java_name)() = nullptr;
  std::function<Value(Invocation&)> get;
  std::function<void(Invocation&)> set;  // Empty when the field is read-only.
  Parameter parameter{};                 // How `set` converts its one argument.
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

/// Everything bound under one class name, as declared.
struct TypeRecord {
  std::string name;
  const std::type_info* type = nullptr;  // Null when the class has no C++ type.
  bool is_interface = false;
  ErrorFunctions error;  // Empty when the class is no NamedError.
  std::vector<Base> bases;
  std::vector<std::string> parents;  // Names, for isInstanceOf only.
  std::vector<Overload> constructors;
  std::map<std::string, std::vector<Overload>, std::less<>> methods;
  std::map<std::string, std::vector<Overload>, std::less<>> static_methods;
  std::map<std::string, Field, std::less<>> fields;
  std::map<std::string, Field, std::less<>> static_fields;
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

template <class... T>
struct TypeList {};

template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using Result = R;
  using Arguments = TypeList<A...>;
};
template <class R, class... A>
struct Signature<R (*)(A...) noexcept> : Signature<R (*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...)> : Signature<R (*)(A...)> {
  using Class = C;
};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (C::*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) noexcept> : Signature<R (C::*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (C::*)(A...)> {};

template <class F>
concept SignatureKnown = std::is_pointer_v<F> || std::is_member_function_pointer_v<F> || requires {
  &F::operator();
};

template <class F>
constexpr void check_signature() {
  static_assert(SignatureKnown<F>,
                "py4cpp: cannot read the function's parameters; bind a function, a member function "
                "or a lambda without auto parameters (cast overloaded functions to one signature)");
}

/// A result as a Value. A reference to the called object itself is that object again.
template <class R>
Value result_value(R&& result, const Invocation& invocation) {
  using T = std::remove_cvref_t<R>;
  if constexpr (std::is_lvalue_reference_v<R> && BoundType<T>) {
    if (static_cast<const void*>(std::addressof(result)) == invocation.pointer)
      return invocation.self;
    if constexpr (std::is_copy_constructible_v<T>)
      return Value(std::make_shared<T>(result));
    else
      throw Error(
          "a bound function returned a reference to an object that cannot be copied; "
          "return a shared_ptr");
  } else {
    return to_value(std::forward<R>(result));
  }
}

/// What the arguments of one call are converted into. Unlike std::tuple it is filled in place.
template <std::size_t I, class T>
struct Slot {
  T value;
};
template <class Indices, class... T>
struct Slots;
template <std::size_t... I, class... T>
struct Slots<std::index_sequence<I...>, T...> : Slot<I, T>... {};

template <std::size_t I, class T>
T& slot(Slot<I, T>& holder) {
  return holder.value;
}

/// Converts the arguments of one parameter list and calls; the rest is the same for all functions.
template <class R, class List>
struct Caller;
template <class R, class... A>
struct Caller<R, TypeList<A...>> {
  static constexpr std::array<Parameter, sizeof...(A)> parameters{
      Parameter{&Argument<A>::cost, &Argument<A>::java_name, Argument<A>::bound_type}...};

  template <class Call>
  static Value call(Invocation& invocation, Call&& function) {
    return call(invocation, function, std::index_sequence_for<A...>());
  }

  static std::string return_name() {
    using T = std::remove_cvref_t<R>;
    if constexpr (ValueType<T>) return convert<T>::java_name();
    return "java.lang.Object";
  }

  static const std::type_info* return_type() {
    using T = std::remove_cvref_t<R>;
    if constexpr (ValueType<T> || BoundType<T>) return Argument<T>::bound_type;
    return nullptr;
  }

 private:
  template <class Call, std::size_t... I>
  static Value call(Invocation& invocation, Call& function, std::index_sequence<I...>) {
    [[maybe_unused]] const Registry& registry = invocation.context.registry();
    Slots<std::index_sequence<I...>, typename Argument<A>::Holder...> holders{
        {Argument<A>::hold(invocation.arguments[I], registry)}...};
    if constexpr (std::is_void_v<R>) {
      function(Argument<A>::pass(slot<I>(holders))...);
      return {};
    } else {
      return result_value<R>(function(Argument<A>::pass(slot<I>(holders))...), invocation);
    }
  }
};

template <class R, class List, class Call>
Overload make_overload(Call call) {
  Overload overload;
  overload.parameters = Caller<R, List>::parameters;
  if constexpr (!std::is_void_v<R>) {
    overload.return_name = &Caller<R, List>::return_name;
    overload.return_type = Caller<R, List>::return_type();
  }
  overload.invoke = [call = std::move(call)](Invocation& invocation) {
    return Caller<R, List>::call(invocation, [&](auto&&... arguments) -> R {
      return call(invocation, std::forward<decltype(arguments)>(arguments)...);
    });
  };
  return overload;
}

/// A function of `(CallContext&, A...)` or `(A...)`, with whatever stands before already bound.
template <class R, class... A, class Call>
Overload with_context(TypeList<CallContext&, A...>, Call call) {
  return make_overload<R, TypeList<A...>>([call = std::move(call)](Invocation& invocation,
                                                                   auto&&... arguments) -> R {
    return call(invocation, invocation.context, std::forward<decltype(arguments)>(arguments)...);
  });
}
template <class R, class... A, class Call>
Overload with_context(TypeList<A...>, Call call) {
  return make_overload<R, TypeList<A...>>(std::move(call));
}

/// Statics and constructors: `(A...)` or `(CallContext&, A...)`.
template <class F>
Overload free_overload(F function) {
  check_signature<F>();
  static_assert(!std::is_member_function_pointer_v<F>,
                "py4cpp: a member function cannot be static; bind a function or a lambda");
  return with_context<typename Signature<F>::Result>(
      typename Signature<F>::Arguments(),
      [function = std::move(function)](Invocation&, auto&&... arguments) -> decltype(auto) {
        return function(std::forward<decltype(arguments)>(arguments)...);
      });
}

template <class T, class F>
Overload member_overload(F function) {
  using Class = typename Signature<F>::Class;
  static_assert(std::is_base_of_v<Class, T>,
                "py4cpp: the member function belongs to a class that is no base of this type");
  return with_context<typename Signature<F>::Result>(
      typename Signature<F>::Arguments(),
      [function](Invocation& invocation, auto&&... arguments) -> decltype(auto) {
        Class& self = *static_cast<T*>(invocation.pointer);
        return (self.*function)(std::forward<decltype(arguments)>(arguments)...);
      });
}

/// The object in the form that a lambda's first parameter wants.
template <class T, class Self>
decltype(auto) self_as(Invocation& invocation) {
  using Plain = std::remove_cvref_t<Self>;
  if constexpr (std::same_as<Plain, Value>) {
    return invocation.self;
  } else if constexpr (std::is_convertible_v<std::shared_ptr<T>, Plain>) {
    return Plain(std::shared_ptr<T>(invocation.self.get_if<Object>()->pointer(),
                                    static_cast<T*>(invocation.pointer)));
  } else {
    static_assert(std::is_convertible_v<T&, Self>,
                  "py4cpp: a method's lambda takes T&, const T& or shared_ptr<T> as its first "
                  "parameter");
    return static_cast<T&>(*static_cast<T*>(invocation.pointer));
  }
}

template <class T, class R, class Self, class... A, class F>
Overload lambda_overload(TypeList<Self, A...>, F function) {
  return with_context<R>(TypeList<A...>(),
                         [function = std::move(function)](Invocation& invocation,
                                                          auto&&... arguments) -> decltype(auto) {
                           return function(self_as<T, Self>(invocation),
                                           std::forward<decltype(arguments)>(arguments)...);
                         });
}

template <class T, class F>
Overload method_overload(F function) {
  check_signature<F>();
  if constexpr (std::is_member_function_pointer_v<F>)
    return member_overload<T>(function);
  else
    return lambda_overload<T, typename Signature<F>::Result>(typename Signature<F>::Arguments(),
                                                             std::move(function));
}

}  // namespace py4cpp::detail
