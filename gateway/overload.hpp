// SPDX-License-Identifier: Apache-2.0
//
// From a C++ function to an Overload record: what is left of the binding templates after the checks
// of signature.hpp. One small adapter is made for each function; all else is compiled in the
// library. Embedders do not use these directly.
#pragma once

#include <array>
#include <functional>
#include <utility>

#include "records.hpp"
#include "signature.hpp"

namespace py4cpp::detail {

/// Whether the result is the object whose method was called. The address alone does not tell: the
/// first member of an object has the same.
template <class Self, class T>
bool is_object_itself(const T& result, const void* pointer) {
  if constexpr (std::is_class_v<Self>) {
    const auto* const self = static_cast<const Self*>(pointer);
    if constexpr (std::is_convertible_v<const Self*, const T*>)
      return static_cast<const T*>(self) == std::addressof(result);
    else if constexpr (std::is_convertible_v<const T*, const Self*>)
      return self == static_cast<const Self*>(std::addressof(result));
    else if constexpr (std::is_polymorphic_v<Self> && std::is_polymorphic_v<T>)
      return dynamic_cast<const void*>(std::addressof(result)) == dynamic_cast<const void*>(self) &&
             typeid(result) == typeid(*self);
  }
  return false;
}

/// A result as a Value. A reference to the called object itself, a Self, is that object again.
template <class Self, class R>
Value result_value(R&& result, const Invocation& invocation) {
  using T = std::remove_cvref_t<R>;
  if constexpr (std::is_lvalue_reference_v<R> && BoundType<T>) {
    if (is_object_itself<Self, T>(result, invocation.pointer)) return invocation.self;
    if constexpr (std::is_polymorphic_v<T>)
      if (typeid(result) != typeid(T))
        throw Error("a bound function returned a reference to a " + class_name_of(typeid(result)) +
                    " as its base " + class_name_of(typeid(T)) +
                    ", of which Python would get a copy without the rest; return a shared_ptr");
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

/// A member of the object, which keeps the whole alive. That of a const object is const.
template <class M>
Value lent_part(const Invocation& invocation, M* part) {
  const Object& whole = *invocation.self.get_if<Object>();
  if (whole.is_const()) return std::shared_ptr<const M>(whole.pointer(), part);
  return std::shared_ptr<M>(whole.pointer(), part);
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

template <class A>
constexpr Parameter parameter_of() {
  return {&Argument<A>::cost, &Argument<A>::java_name, &Argument<A>::python_type,
          Argument<A>::bound_type};
}

/// Converts the arguments of one parameter list and calls; the rest is the same for all functions.
/// Self is the class of the object, void without one.
template <class Self, class R, class List>
struct Caller;
template <class Self, class R, class... A>
struct Caller<Self, R, TypeList<A...>> {
  static constexpr std::array<Parameter, sizeof...(A)> parameters{parameter_of<A>()...};

  template <class Call>
  static Value call(Invocation& invocation, Call&& function) {
    return call(invocation, function, std::index_sequence_for<A...>());
  }

  static std::string return_name() {
    using T = std::remove_cvref_t<R>;
    if constexpr (ValueType<T>)
      return convert<T>::java_name();
    else if constexpr (std::is_convertible_v<T, std::string_view>)
      return convert<std::string>::java_name();
    else
      return "java.lang.Object";
  }
  static PythonType return_python() {
    using T = std::remove_cvref_t<R>;
    if constexpr (is_unique_ptr<T>)
      return python_type_for<std::shared_ptr<typename T::element_type>>();
    else
      return python_type_for<T>();
  }
  static const std::type_info* return_type() {
    using T = std::remove_cvref_t<R>;
    // Containers name their own class, not that of what they hold.
    if constexpr (BoundType<T> || std::is_enum_v<T>)
      return bound_type_of<T>();
    else if constexpr (is_unique_ptr<T> || requires { typename convert<T>::Plain; })
      return &typeid(std::remove_const_t<typename T::element_type>);
    else
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
      return result_value<Self, R>(function(Argument<A>::pass(slot<I>(holders))...), invocation);
    }
  }
};

template <class Self, class R, class List, class Call>
Overload make_overload(Call call) {
  using Caller = detail::Caller<Self, R, List>;
  Overload overload;
  overload.parameters = Caller::parameters;
  overload.required = overload.parameters.size();
  if constexpr (is_varargs<typename Last<List>::Type>) annotate(overload, Variadic());
  if constexpr (!std::is_void_v<R>) {
    overload.return_name = &Caller::return_name;
    overload.return_python = &Caller::return_python;
    overload.return_type = Caller::return_type();
  }
  overload.invoke = [call = std::move(call)](Invocation& invocation) {
    return Caller::call(invocation, [&](auto&&... arguments) -> R {
      return call(invocation, std::forward<decltype(arguments)>(arguments)...);
    });
  };
  return overload;
}

/// A function of `(CallContext&, A...)` or `(A...)`, with whatever stands before already bound.
template <class Self, class R, class... A, class Call>
Overload with_context(TypeList<CallContext&, A...>, Call call) {
  return make_overload<Self, R, TypeList<A...>>([call = std::move(call)](Invocation& invocation,
                                                                         auto&&... arguments) -> R {
    return call(invocation, invocation.context, std::forward<decltype(arguments)>(arguments)...);
  });
}
template <class Self, class R, class... A, class Call>
Overload with_context(TypeList<A...>, Call call) {
  return make_overload<Self, R, TypeList<A...>>(std::move(call));
}

/// Statics and constructors: `(A...)` or `(CallContext&, A...)`.
template <class F>
Overload free_overload(F function) {
  return with_context<void, typename Signature<F>::Result>(
      typename Signature<F>::Arguments(),
      [function = std::move(function)](Invocation&, auto&&... arguments) -> decltype(auto) {
        return function(std::forward<decltype(arguments)>(arguments)...);
      });
}

template <class T, class F>
Overload member_overload(F function) {
  using Class = typename Signature<F>::Class;
  Overload overload = with_context<T, typename Signature<F>::Result>(
      typename Signature<F>::Arguments(),
      [function](Invocation& invocation, auto&&... arguments) -> decltype(auto) {
        Class& self = *static_cast<T*>(invocation.pointer);
        return (self.*function)(std::forward<decltype(arguments)>(arguments)...);
      });
  overload.changes_object = !Signature<F>::is_const;
  return overload;
}

/// Whether a lambda's first parameter does not take an object that is const.
template <class T, class Self>
inline constexpr bool wants_mutable =
    !std::is_convertible_v<const T&, Self> &&
    !std::is_convertible_v<std::shared_ptr<const T>, std::remove_cvref_t<Self>> &&
    !std::same_as<std::remove_cvref_t<Self>, Value>;

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
    return static_cast<T&>(*static_cast<T*>(invocation.pointer));
  }
}

template <class T, class R, class Self, class... A, class F>
Overload lambda_overload(TypeList<Self, A...>, F function) {
  Overload overload =
      with_context<T, R>(TypeList<A...>(),
                         [function = std::move(function)](Invocation& invocation,
                                                          auto&&... arguments) -> decltype(auto) {
                           return function(self_as<T, Self>(invocation),
                                           std::forward<decltype(arguments)>(arguments)...);
                         });
  overload.changes_object = wants_mutable<T, Self>;
  return overload;
}

template <class T, class F>
Overload method_overload(F function) {
  if constexpr (std::is_member_function_pointer_v<F>)
    return member_overload<T>(function);
  else
    return lambda_overload<T, typename Signature<F>::Result>(typename Signature<F>::Arguments(),
                                                             std::move(function));
}

/// Completes the record of a function with what follows it in the binding.
template <class... N>
Overload with_notes(Overload overload, const N&... notes) {
  (annotate(overload, notes), ...);
  return overload;
}

}  // namespace py4cpp::detail
