// SPDX-License-Identifier: Apache-2.0
//
// Reading the parameters of whatever is bound, and telling whether it can be: each check stops the
// compiler with one sentence and then answers false, so that nothing else is said.
#pragma once

#include "annotations.hpp"
#include "call_context.hpp"
#include "convert.hpp"

namespace py4cpp {

template <class... A>
struct SelectOverload {
  template <class R, class C>
  constexpr auto operator()(R (C::*function)(A...)) const {
    return function;
  }
  template <class R, class C>
  constexpr auto operator()(R (C::*function)(A...) const) const {
    return function;
  }
  template <class R, class C>
  constexpr auto operator()(R (C::*function)(A...) &) const {
    return function;
  }
  template <class R, class C>
  constexpr auto operator()(R (C::*function)(A...) const&) const {
    return function;
  }
  template <class R>
  constexpr auto operator()(R (*function)(A...)) const {
    return function;
  }
};

/// Names one of several functions by its parameters: `overload<int, double>(&Robot::move)`. When
/// only `const` tells two of them apart, cast to the wanted member function type instead.
template <class... A>
inline constexpr SelectOverload<A...> overload{};

namespace detail {

template <class... T>
struct TypeList {
  static constexpr std::size_t size = sizeof...(T);
};

/// Empty for what cannot be bound: C's `...`, volatile member functions and those of temporaries.
template <class F>
struct Signature {};
template <class F>
requires requires { &F::operator(); }
struct Signature<F> : Signature<decltype(&F::operator())> {};
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
  static constexpr bool is_const = false;
};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {
  using Class = C;
  static constexpr bool is_const = true;
};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...)&> : Signature<R (C::*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const&> : Signature<R (C::*)(A...) const> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) noexcept> : Signature<R (C::*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (C::*)(A...) const> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...)& noexcept> : Signature<R (C::*)(A...)> {};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const& noexcept> : Signature<R (C::*)(A...) const> {};

template <class F>
concept SignatureKnown = requires {
  typename Signature<F>::Arguments;
};

/// Bound in place of one of several functions of a name, so that the compiler's note says what to
/// do: overload<A...>(...).
struct ChooseOneFunctionWithPy4cppOverload {};

/// The parameters that Python gives: without the object and the context.
template <class List>
struct WithoutContext {
  using Type = List;
};
template <class... A>
struct WithoutContext<TypeList<CallContext&, A...>> {
  using Type = TypeList<A...>;
};
template <class List>
struct WithoutFirst;
template <class First, class... A>
struct WithoutFirst<TypeList<First, A...>> {
  using Self = First;
  using Type = TypeList<A...>;
};

template <class T>
inline constexpr bool is_varargs = false;
template <class T>
inline constexpr bool is_varargs<Varargs<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <class List>
struct Last {
  using Type = void;
};
template <class First, class... A>
struct Last<TypeList<First, A...>> : Last<TypeList<A...>> {};
template <class Only>
struct Last<TypeList<Only>> {
  using Type = std::remove_cvref_t<Only>;
};

template <class F>
constexpr bool signature_is_known() {
  static_assert(SignatureKnown<F>,
                "py4cpp: cannot read the function's parameters; bind a function, a member function "
                "or a lambda without auto parameters");
  if constexpr (std::is_class_v<F> && SignatureKnown<F>) {
    static_assert(Signature<F>::is_const,
                  "py4cpp: the lambda is mutable, but threads may call it at one time; keep what "
                  "it changes in an object of its own");
    return Signature<F>::is_const;
  }
  return SignatureKnown<F>;
}

/// Varargs anywhere but in the last place.
template <class... A>
constexpr bool varargs_are_last() {
  std::size_t count = (std::size_t{0} + ... + (is_varargs<std::remove_cvref_t<A>> ? 1 : 0));
  return count == 0 || (count == 1 && is_varargs<typename Last<TypeList<A...>>::Type>);
}

template <class... A>
constexpr bool parameters_are_sound(TypeList<A...>) {
  static_assert(varargs_are_last<A...>(), "py4cpp: Varargs has to be the last parameter");
  return varargs_are_last<A...>() && (true && ... && parameter_is_sound<A>());
}

/// Whether the annotations suit a function of these parameters; if not, says why.
template <class List, class... N>
constexpr bool notes_are_sound() {
  constexpr bool known = (true && ... && (Annotation<N> && !std::same_as<N, ReadOnly>));
  constexpr std::size_t named = named_arguments<N...>;
  constexpr bool complete = named == 0 || named == List::size;
  constexpr bool spreads = (false || ... || std::same_as<N, Variadic>);
  constexpr bool spreadable = !spreads || is_vector<typename Last<List>::Type>;
  static_assert(known, "py4cpp: only arg(...), doc(...) and variadic() may follow a function");
  static_assert(!known || complete,
                "py4cpp: give one arg(...) for each parameter that Python passes, or none at all");
  static_assert(!known || !complete || defaults_are_last<N...>(),
                "py4cpp: a parameter without a default follows one that has one; give it a default "
                "as well");
  static_assert(!known || spreadable,
                "py4cpp: variadic() needs a std::vector as the last parameter");
  return known && complete && defaults_are_last<N...>() && spreadable;
}

/// For statics and constructors.
template <class F, class... N>
constexpr bool function_is_sound() {
  if constexpr (std::is_member_function_pointer_v<F>) {
    static_assert(!std::is_member_function_pointer_v<F>,
                  "py4cpp: a member function cannot be static; bind a function or a lambda");
    return false;
  } else if constexpr (signature_is_known<F>()) {
    using List = typename WithoutContext<typename Signature<F>::Arguments>::Type;
    if constexpr (parameters_are_sound(List()) && result_is_sound<typename Signature<F>::Result>())
      return notes_are_sound<List, N...>();
  }
  return false;
}

template <class T, class Self>
constexpr bool self_is_sound() {
  constexpr bool sound = std::is_convertible_v<T&, Self> ||
                         std::is_convertible_v<std::shared_ptr<T>, std::remove_cvref_t<Self>> ||
                         std::same_as<std::remove_cvref_t<Self>, Value>;
  static_assert(sound,
                "py4cpp: a method's lambda takes the object first: T&, const T& or shared_ptr<T>");
  return sound;
}

template <class T, class F>
constexpr bool has_object() {
  if constexpr (std::is_member_function_pointer_v<F>) {
    constexpr bool related = std::is_base_of_v<typename Signature<F>::Class, T>;
    static_assert(related,
                  "py4cpp: the member function belongs to a class that is no base of this type");
    return related;
  } else if constexpr (Signature<F>::Arguments::size == 0) {
    static_assert(Signature<F>::Arguments::size > 0,
                  "py4cpp: a method's lambda takes the object first; bind a function without one "
                  "with static_method");
    return false;
  } else {
    return self_is_sound<T, typename WithoutFirst<typename Signature<F>::Arguments>::Self>();
  }
}

/// The parameters of a method that Python passes.
template <class F>
constexpr auto method_parameters() {
  using All = typename Signature<F>::Arguments;
  if constexpr (std::is_member_function_pointer_v<F>)
    return typename WithoutContext<All>::Type();
  else
    return typename WithoutContext<typename WithoutFirst<All>::Type>::Type();
}

template <class T, class F, class... N>
constexpr bool method_is_sound() {
  if constexpr (std::is_void_v<T>) {
    static_assert(!std::is_void_v<T>,
                  "py4cpp: a class without a C++ type has no methods; use static_method");
  } else if constexpr (signature_is_known<F>()) {
    if constexpr (has_object<T, F>()) {
      using List = decltype(method_parameters<F>());
      if constexpr (parameters_are_sound(List()) &&
                    result_is_sound<typename Signature<F>::Result>())
        return notes_are_sound<List, N...>();
    }
  }
  return false;
}

}  // namespace detail
}  // namespace py4cpp
