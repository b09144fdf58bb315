// SPDX-License-Identifier: Apache-2.0
//
// How the parameters and results of bound functions use convert<T>: a reference to a bound class is
// held by a shared_ptr while the call runs, text and bytes are lent without a copy. Parameters that
// cannot work stop the compiler with one sentence. Embedders do not use these directly.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "convert_plain.hpp"

namespace py4cpp {

class CallContext;

namespace detail {

template <class T>
inline constexpr bool is_unique_ptr = false;
template <class T, class D>
inline constexpr bool is_unique_ptr<std::unique_ptr<T, D>> = true;

/// Types that only stand for a value while a call runs.
template <class T>
inline constexpr bool is_lent = false;
template <>
inline constexpr bool is_lent<std::string_view> = true;
template <>
inline constexpr bool is_lent<std::span<const std::byte>> = true;

/// Types whose Argument is written by hand; they need no converter.
template <class T>
inline constexpr bool has_own_argument = is_lent<T>;

/// Why a parameter or a result cannot be bound.
enum class Flaw {
  none,
  char_pointer,
  raw_pointer,
  unique_ptr,
  call_context,
  incomplete,
  standard_type,
  unknown_type,
  uncopyable,
  holds_uncopyable,
  unordered_keys,
  mutable_reference,
  rvalue_reference
};

template <class T>
inline constexpr bool is_char_pointer =
    std::is_pointer_v<T>&& std::same_as<std::remove_cv_t<std::remove_pointer_t<T>>, char>;

/// A class that is declared and not defined, or a shared_ptr to one.
template <class T>
inline constexpr bool is_incomplete = std::is_class_v<T> && !requires {
  sizeof(T);
};
template <class T>
inline constexpr bool is_incomplete<std::shared_ptr<T>> = is_incomplete<std::remove_const_t<T>>;

/// Whether what a template is made of has objects that cannot be copied.
template <class T>
inline constexpr bool holds_uncopyable = false;
template <template <class...> class C, class... T>
inline constexpr bool holds_uncopyable<C<T...>> = (false || ... || (Crossing<T> && !Holdable<T>));
template <template <class, std::size_t> class C, class T, std::size_t N>
inline constexpr bool holds_uncopyable<C<T, N>> = Crossing<T> && !Holdable<T>;

/// Why there is nothing that converts to a T: its converter may be for results only.
template <class T>
constexpr Flaw converter_flaw() {
  if constexpr (requires { sizeof(convert<T>); }) {
    if (holds_uncopyable<T>) return Flaw::holds_uncopyable;
    if (requires { typename T::key_type; }) return Flaw::unordered_keys;
  }
  return is_in_namespace_std<T>() ? Flaw::standard_type : Flaw::unknown_type;
}

template <class Parameter>
constexpr Flaw parameter_flaw() {
  using T = std::remove_cvref_t<Parameter>;
  if constexpr (std::is_pointer_v<T>) {
    return is_char_pointer<T> ? Flaw::char_pointer : Flaw::raw_pointer;
  } else if constexpr (is_unique_ptr<T>) {
    return Flaw::unique_ptr;
  } else if constexpr (std::same_as<T, CallContext>) {
    return Flaw::call_context;
  } else if constexpr (has_own_argument<T>) {
    return Flaw::none;
  } else if constexpr (is_incomplete<T>) {
    return Flaw::incomplete;
  } else if constexpr (ValueType<T>) {
    constexpr bool is_mutable = !std::is_const_v<std::remove_reference_t<Parameter>>;
    return std::is_lvalue_reference_v<Parameter> && is_mutable ? Flaw::mutable_reference
                                                               : Flaw::none;
  } else if constexpr (BoundType<T> && converter_flaw<T>() != Flaw::holds_uncopyable) {
    if (std::is_rvalue_reference_v<Parameter>) return Flaw::rvalue_reference;
    return std::is_reference_v<Parameter> || Holdable<T> ? Flaw::none : Flaw::uncopyable;
  } else {
    return converter_flaw<T>();
  }
}

/// Whether a parameter can take its argument from Python; if not, says why.
template <class Parameter>
constexpr bool parameter_is_sound() {
  constexpr Flaw flaw = parameter_flaw<Parameter>();
  static_assert(flaw != Flaw::char_pointer,
                "py4cpp: a char pointer does not say who keeps its text; take a std::string or a "
                "std::string_view instead");
  static_assert(flaw != Flaw::raw_pointer,
                "py4cpp: a parameter is a raw pointer; take a reference or a shared_ptr instead");
  static_assert(flaw != Flaw::unique_ptr,
                "py4cpp: a parameter is a unique_ptr, but Python keeps its object; take a "
                "shared_ptr or a reference instead");
  static_assert(flaw != Flaw::call_context,
                "py4cpp: CallContext& has to be the first parameter after the object");
  static_assert(flaw != Flaw::incomplete,
                "py4cpp: a class is only declared here; include the header that defines it");
  static_assert(flaw != Flaw::uncopyable,
                "py4cpp: an object of a class that cannot be copied is taken by value; take a "
                "reference or a shared_ptr");
  static_assert(flaw != Flaw::holds_uncopyable,
                "py4cpp: a parameter holds objects of a class that cannot be copied; hold "
                "shared_ptrs to them");
  static_assert(flaw != Flaw::unordered_keys,
                "py4cpp: the keys of a map or set have no operator < (or no std::hash and ==), "
                "which it finds them by; define it, or name a comparator");
  static_assert(flaw != Flaw::standard_type,
                "py4cpp: a parameter's standard type, or what it holds, has no converter here; "
                "include the py4cpp/convert_....hpp that has it, or write a py4cpp::convert<T>");
  static_assert(flaw != Flaw::unknown_type,
                "py4cpp: a parameter's type has no py4cpp::convert<T> and is no class to bind; "
                "write a py4cpp::convert<T> for it");
  static_assert(flaw != Flaw::mutable_reference,
                "py4cpp: a parameter is a non-const reference to a plain value, which is copied "
                "from Python; take it by value or by const reference");
  static_assert(flaw != Flaw::rvalue_reference,
                "py4cpp: a parameter is an rvalue reference to a bound object, which Python still "
                "holds; take a const reference or a shared_ptr");
  return flaw == Flaw::none;
}

/// The registered type that T needs, or null for plain values.
template <class T>
constexpr const std::type_info* bound_type_of() {
  if constexpr (requires { convert<T>::bound_type; })
    return convert<T>::bound_type;
  else if constexpr (BoundType<T>)
    return &typeid(T);
  else
    return nullptr;
}

template <class T>
PythonType python_type_for() {
  if constexpr (requires { convert<T>::python_type(); })
    return convert<T>::python_type();
  else if constexpr (ValueType<T>)
    return python_type_of(convert<T>::java_name());
  else if constexpr (std::is_convertible_v<T, std::string_view>)
    return {"str"};
  else if constexpr (BoundType<T>)
    return {{}, {}, &typeid(T)};
  else
    return {"Any"};
}

/// What a parameter needs while the call runs, and how it is passed on.
template <class Parameter>
struct Argument {
  using Plain = std::remove_cvref_t<Parameter>;
  static constexpr bool is_value = ValueType<Plain>;
  /// What the function cannot change may be const.
  static constexpr bool is_mutable = std::is_same_v<Parameter, Plain&>;
  using Shared = std::shared_ptr<std::conditional_t<is_mutable, Plain, const Plain>>;
  using Holder = std::conditional_t<is_value, Plain, Shared>;
  using Converter = convert<Holder>;
  static constexpr const std::type_info* bound_type = bound_type_of<Plain>();

  static std::string java_name() { return Converter::java_name(); }
  static PythonType python_type() {
    if constexpr (is_value && requires {
                    typename Plain::element_type;
                    convert<Plain>::bound_type;
                  })
      return {"optional", {python_type_for<Plain>()}};  // A shared_ptr takes None.
    else
      return python_type_for<Plain>();
  }
  static Cost cost(const Value& value, const Registry& registry) {
    if constexpr (!is_value)
      if (value.is_null()) return no_match;  // A reference cannot be null.
    return Converter::cost(value, registry);
  }
  static Holder hold(const Value& value, const Registry& registry) {
    return Converter::from_value(value, registry);
  }
  /// A reference into the holder, so that nothing is moved twice.
  static decltype(auto) pass(Holder& holder) {
    if constexpr (is_value)
      return static_cast<Parameter&&>(holder);
    else
      return *holder;
  }
};

/// Text and bytes that the function only looks at: valid until it returns.
template <class Parameter>
requires is_lent<std::remove_cvref_t<Parameter>>
struct Argument<Parameter> {
  using T = std::remove_cvref_t<Parameter>;
  using Stored = std::conditional_t<std::same_as<T, std::string_view>, std::string, Bytes>;
  using Holder = T;
  static constexpr const std::type_info* bound_type = nullptr;

  static std::string java_name() { return convert<Stored>::java_name(); }
  static PythonType python_type() { return python_type_for<Stored>(); }
  static Cost cost(const Value& value, const Registry& registry) {
    return convert<Stored>::cost(value, registry);
  }
  static Holder hold(const Value& value, const Registry&) {
    if constexpr (std::same_as<T, std::string_view>)
      return *value.get_if<std::string>();
    else
      return bytes_in(value);
  }
  static T pass(Holder& holder) { return holder; }
};

/// The converted value itself: vector<bool> and friends cannot lend references.
template <class T>
T element_from(const Value& value, const Registry& registry) {
  auto holder = Argument<T>::hold(value, registry);
  return T(Argument<T>::pass(holder));
}

template <class R>
constexpr Flaw result_flaw() {
  using T = std::remove_cvref_t<R>;
  if constexpr (std::is_rvalue_reference_v<R>) {
    return Flaw::rvalue_reference;
  } else if constexpr (is_incomplete<T>) {
    return Flaw::incomplete;
  } else if constexpr (!std::is_void_v<R>) {
    constexpr bool has_converter = std::is_convertible_v<R, std::string_view> ||
                                   std::is_convertible_v<R, Value> || is_unique_ptr<T> ||
                                   is_lent<T> || requires(R && result) {
      convert<T>::to_value(std::forward<R>(result));
    };
    if (has_converter) return Flaw::none;
    if (std::is_pointer_v<T>) return Flaw::raw_pointer;
    if (is_in_namespace_std<T>()) return Flaw::standard_type;
    if (!std::is_class_v<T>) return Flaw::unknown_type;
    if (!std::is_reference_v<R> && !std::is_move_constructible_v<T>) return Flaw::uncopyable;
  }
  return Flaw::none;
}

/// Whether a function's result can be returned to Python; if not, says why.
template <class R>
constexpr bool result_is_sound() {
  constexpr Flaw flaw = result_flaw<R>();
  static_assert(flaw != Flaw::raw_pointer,
                "py4cpp: a function returns a raw pointer, which does not say who deletes it; "
                "return a shared_ptr, a unique_ptr or a copy");
  static_assert(flaw != Flaw::rvalue_reference,
                "py4cpp: a function returns an rvalue reference; return the object by value");
  static_assert(flaw != Flaw::incomplete,
                "py4cpp: a class is only declared here; include the header that defines it");
  static_assert(flaw != Flaw::uncopyable,
                "py4cpp: an object that can be neither copied nor moved is returned by value; "
                "return a shared_ptr or a unique_ptr");
  static_assert(flaw != Flaw::standard_type,
                "py4cpp: a result's standard type, or what it holds, has no converter here; "
                "include the py4cpp/convert_....hpp that has it, or write a py4cpp::convert<T>");
  static_assert(flaw != Flaw::unknown_type,
                "py4cpp: a result's type has no py4cpp::convert<T> and is no class to bind; write "
                "a py4cpp::convert<T> for it");
  if constexpr (requires { convert<std::remove_cvref_t<R>>::result_is_sound(); })
    return flaw == Flaw::none && convert<std::remove_cvref_t<R>>::result_is_sound();
  return flaw == Flaw::none;
}

/// Whether an object can become a shared one of its own; if not, says why.
template <class R>
constexpr bool object_can_be_shared() {
  constexpr bool can_be = std::is_constructible_v<std::remove_cvref_t<R>, R>;
  static_assert(can_be,
                "py4cpp: an object of a class that cannot be copied is given to Python by "
                "reference; give a shared_ptr");
  return can_be;
}

/// Turns what a bound function returned into a Value. A class returned by value is moved into a
/// shared object of its own. A null pointer to text becomes null.
template <class R>
Value to_value(R&& result) {
  using T = std::remove_cvref_t<R>;
  if constexpr (std::is_null_pointer_v<T>) {
    return Value(result);
  } else if constexpr (std::is_convertible_v<R, std::string_view> &&
                       !std::same_as<T, std::string>) {
    if constexpr (is_char_pointer<std::decay_t<R>>)
      return Value(static_cast<const char*>(result));
    else
      return Value(std::string_view(result));
  } else if constexpr (requires { convert<T>::to_value(std::forward<R>(result)); }) {
    return convert<T>::to_value(std::forward<R>(result));
  } else if constexpr (std::same_as<T, std::span<const std::byte>>) {
    return Value(Bytes(result.begin(), result.end()));
  } else if constexpr (is_unique_ptr<T>) {
    return Value(std::shared_ptr<typename T::element_type>(std::forward<R>(result)));
  } else if constexpr (std::is_convertible_v<R, Value>) {
    return Value(std::forward<R>(result));
  } else {
    // Forwarded, R is the type of a result by value or by lvalue reference.
    if constexpr (result_is_sound<R>())
      if constexpr (object_can_be_shared<R>())
        return Value(std::make_shared<T>(std::forward<R>(result)));
    return Value();
  }
}

}  // namespace detail

/// Null becomes an empty optional. An optional of a bound class holds a copy of the object.
template <Crossing T>
struct convert<std::optional<T>> {
  static constexpr const std::type_info* bound_type = detail::bound_type_of<T>();
  static std::string java_name() { return detail::Argument<T>::java_name(); }
  static PythonType python_type() { return {"optional", {detail::python_type_for<T>()}}; }
  static Cost cost(const Value& value, const Registry& registry) {
    return value.is_null() ? null_cost - distance_cost : detail::Argument<T>::cost(value, registry);
  }
  static std::optional<T> from_value(const Value& value,
                                     const Registry& registry) requires Holdable<T> {
    if (value.is_null()) return std::nullopt;
    return detail::element_from<T>(value, registry);
  }
  static Value to_value(std::optional<T> value) {
    return value ? detail::to_value(std::move(*value)) : Value();
  }
};

}  // namespace py4cpp
