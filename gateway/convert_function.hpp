// SPDX-License-Identifier: Apache-2.0
//
// std::function parameters: Python passes an object that implements an interface, and the function
// calls the method that Registry::callback or Registry::interface names for that interface, the
// one that Java names for its functional interfaces, or else `__call__`. The function may be kept
// and called from any thread; it keeps the Python object alive. None becomes an empty function.
//
// As a result it becomes an object whose `apply` calls it (function_object.hpp), and None when it
// is empty. Passed back to C++, where the same type is wanted, it is the very function again.
#pragma once

#include <functional>
#include <typeinfo>
#include <utility>

#include "arguments.hpp"
#include "proxy.hpp"

namespace py4cpp {

namespace detail {

Cost callable_cost(const Registry& registry, const Value& value);
/// The std::function of this type that a FunctionObject holds; null when the value is none.
const void* held_function(const Registry& registry, const Value& value, const std::type_info& type);
/// An object that calls the function; see function_object.hpp.
template <class R, class... A>
Value function_value(const std::function<R(A...)>& function);
/// The method that a call of the Python object as a function means.
std::string callback_method(const Registry& registry, const Proxy& proxy);

/// Python's result is copied out of its object, and what is passed to Python moves.
template <class R, class... A>
inline constexpr bool holds_uncopyable<std::function<R(A...)>> =
    (Crossing<R> && !Holdable<R>) || (... || (BoundType<A> && !std::is_move_constructible_v<A>));

template <class T>
PythonType parameter_type() {
  if constexpr (std::is_void_v<T>)
    return {"None"};
  else
    return python_type_for<std::remove_cvref_t<T>>();
}

}  // namespace detail

template <class R, class... A>
struct convert<std::function<R(A...)>> {
  using Function = std::function<R(A...)>;
  static std::string java_name() { return "java.util.function.Function"; }
  static PythonType python_type() {
    return {"callable", {detail::parameter_type<R>(), detail::parameter_type<A>()...}};
  }
  static Cost cost(const Value& value, const Registry& registry) {
    if (detail::held_function(registry, value, typeid(Function))) return 0;
    return detail::callable_cost(registry, value);
  }
  static Function from_value(const Value& value, const Registry& registry) requires(
      !detail::holds_uncopyable<Function>) {
    if (const auto* held = detail::held_function(registry, value, typeid(Function)))
      return *static_cast<const Function*>(held);
    const auto* proxy = value.get_if<Proxy>();
    if (!proxy) return {};
    return [python = *proxy, method = detail::callback_method(registry, *proxy)](A... arguments) {
      return python.call<R>(method, std::forward<A>(arguments)...);
    };
  }
  /// Python calls what it gets, so its arguments and result have to cross as well.
  static constexpr bool result_is_sound() {
    return (true && ... && detail::parameter_is_sound<A>()) && detail::result_is_sound<R>();
  }
  static Value to_value(const Function& function) {
    return function ? detail::function_value(function) : Value();
  }
};

}  // namespace py4cpp
