// SPDX-License-Identifier: Apache-2.0
//
// Type<T>: the chain that Registry::type returns, on which a class is bound member by member.
// Whatever follows a function may be annotated: see annotations.hpp.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "function_object.hpp"
#include "operators.hpp"
#include "overload.hpp"

namespace py4cpp {

/// Copy it freely; it is of use until the registry is frozen, and every function throws Error from
/// then on. Binding a name again adds an overload. `T` is void for a class that has no C++ type:
/// statics, and constructors that return values.
template <class T>
class Type {
 public:
  explicit Type(detail::TypeRecord& record) : record_(&record) {}

  /// Python may construct a T from these parameter types.
  template <class... A, detail::Annotation... N>
  Type constructor(const N&... notes) const {
    static_assert(!std::is_abstract_v<T>,
                  "py4cpp: an abstract class has no constructors; register it with interface<T, "
                  "Wrapper>() when Python shall implement it");
    static_assert(std::is_abstract_v<T> || std::is_constructible_v<T, A...>,
                  "py4cpp: the type has no constructor that takes these parameters");
    if constexpr (!std::is_abstract_v<T> && std::is_constructible_v<T, A...>)
      return constructor(
          [](A... arguments) { return std::make_shared<T>(std::forward<A>(arguments)...); },
          notes...);
    else
      return *this;
  }

  /// The function makes the object: it returns shared_ptr<T>, unique_ptr<T>, T or a Value, and may
  /// take a CallContext& first.
  template <class F, class... N>
  requires(!detail::Annotation<F>) Type constructor(F function, const N&... notes)
  const {
    if constexpr (detail::function_is_sound<F, N...>())
      record().constructors.push_back(
          detail::with_notes(detail::free_overload(std::move(function)), notes...));
    return *this;
  }

  /// A member function, or a lambda that takes T&, const T&, shared_ptr<T> or the object as a
  /// `const Value&` first. Both may take a CallContext& before the arguments. A reference that is
  /// returned gives Python a copy, unless it is the object itself; where the copy would lose a part
  /// of a derived object the call fails: return a shared_ptr then.
  template <class F, class... N>
  Type method(std::string name, F function, const N&... notes) const {
    if constexpr (detail::method_is_sound<T, F, N...>())
      record().methods[std::move(name)].push_back(
          detail::with_notes(detail::method_overload<T>(std::move(function)), notes...));
    return *this;
  }

  /// What the compiler names where the name is that of several functions.
  Type method(std::string name, detail::ChooseOneFunctionWithPy4cppOverload,
              auto...) const = delete;

  /// A function or lambda; may take a CallContext& first.
  template <class F, class... N>
  Type static_method(std::string name, F function, const N&... notes) const {
    if constexpr (detail::function_is_sound<F, N...>())
      record().static_methods[std::move(name)].push_back(
          detail::with_notes(detail::free_overload(std::move(function)), notes...));
    return *this;
  }

  /// As with method().
  Type static_method(std::string name, detail::ChooseOneFunctionWithPy4cppOverload,
                     auto...) const = delete;

  /// A data member. Python may set it unless it is const, cannot be assigned to or is annotated
  /// with read_only(). A member of a bound class is lent to Python: changes of it show in the
  /// object, which it keeps alive. One that is const, or of a const object, is lent as const;
  /// read_only() keeps Python from replacing the member only.
  template <class M, class C, detail::FieldAnnotation... N>
  requires(!std::is_function_v<M>) Type field(std::string name, M C::*member, const N&... notes)
  const {
    static_assert(std::is_base_of_v<C, T>,
                  "py4cpp: the field belongs to a class that is no base of this type");
    using Plain = std::remove_const_t<M>;
    if constexpr (std::is_base_of_v<C, T> && detail::parameter_is_sound<const Plain&>()) {
      auto pointer = [member](detail::Invocation& invocation) -> M& {
        return static_cast<C&>(*static_cast<T*>(invocation.pointer)).*member;
      };
      detail::Field field = describe<Plain>();
      field.get = [pointer](detail::Invocation& invocation) -> Value {
        if constexpr (BoundType<Plain>)
          return detail::lent_part(invocation, &pointer(invocation));
        else
          return detail::to_value(Plain(pointer(invocation)));
      };
      if constexpr (Holdable<Plain> && std::is_assignable_v<M&, Plain>)
        field.set = [pointer](detail::Invocation& invocation) {
          pointer(invocation) =
              detail::element_from<Plain>(invocation.arguments[0], invocation.context.registry());
        };
      add(record().fields, std::move(name), std::move(field), notes...);
    }
    return *this;
  }

  /// A field that a function computes from the object; Python cannot set it. A function that takes
  /// T&, or is a non-const member, is refused for an object that C++ gave as const.
  template <class F, detail::FieldAnnotation... N>
  requires(!std::is_member_object_pointer_v<F>) Type
      field(std::string name, F getter, const N&... notes)
  const {
    if constexpr (detail::method_is_sound<T, F>())
      add(record().fields, std::move(name), computed(detail::method_overload<T>(std::move(getter))),
          notes...);
    return *this;
  }

  /// A field that one function reads and another, which takes the new value, writes.
  template <class F, class S, detail::FieldAnnotation... N>
  requires(!detail::FieldAnnotation<S>) Type
      field(std::string name, F getter, S setter, const N&... notes)
  const {
    if constexpr (detail::method_is_sound<T, F>() && detail::method_is_sound<T, S>()) {
      constexpr bool takes_one = decltype(detail::method_parameters<S>())::size == 1;
      static_assert(takes_one, "py4cpp: a field's setter takes the object and the new value");
      if constexpr (takes_one) {
        detail::Field field = computed(detail::method_overload<T>(std::move(getter)));
        detail::Overload write = detail::method_overload<T>(std::move(setter));
        field.parameter = write.parameters[0];
        field.set = std::move(write.invoke);
        add(record().fields, std::move(name), std::move(field), notes...);
      }
    }
    return *this;
  }

  /// A constant of the class; or, given a function of no arguments, a field that it computes; or,
  /// given the address of a static variable, its value at the time.
  template <class F, detail::FieldAnnotation... N>
  Type static_field(std::string name, F value, const N&... notes) const {
    if constexpr (detail::SignatureKnown<F> && !std::is_convertible_v<F, Value>) {
      if constexpr (detail::function_is_sound<F>())
        add(record().static_fields, std::move(name),
            computed(detail::free_overload(std::move(value))), notes...);
      return *this;
    } else if constexpr (std::is_pointer_v<F> && !std::is_convertible_v<F, std::string_view>) {
      return static_field(
          std::move(name), [value] { return *value; }, notes...);
    } else {
      if constexpr (detail::result_is_sound<F>()) {
        detail::Field field;
        field.python_type = &detail::python_type_for<F>;
        field.get = [held = detail::to_value(std::move(value))](detail::Invocation&) {
          return held;
        };
        add(record().static_fields, std::move(name), std::move(field), notes...);
      }
      return *this;
    }
  }

  /// Binds `equals`, `hashCode`, `compareTo` and `toString` from what T has of ==, std::hash, <
  /// and << to a stream, so that ==, hash() and str() in Python go by value. (Without it they go
  /// by identity.) An object that has == and no std::hash cannot be hashed in Python either.
  Type operators() const {
    static_assert(detail::has_operators<T>,
                  "py4cpp: operators() needs an operator ==, <, or << of the type");
    if constexpr (detail::has_operators<T>) detail::bind_operators(*this);
    return *this;
  }

  /// Methods and fields of B, which must be registered too (before or after), are those of T as
  /// well, and a T may be passed where a B is expected.
  template <class B>
  Type base() const {
    constexpr bool is_base =
        std::is_base_of_v<B, T> && !std::is_same_v<B, T> && std::is_convertible_v<T*, B*>;
    static_assert(is_base, "py4cpp: base<B>() needs a public base class of the type");
    if constexpr (is_base)
      record().bases.push_back({&typeid(B), [](void* derived) -> void* {
                                  return static_cast<B*>(static_cast<T*>(derived));
                                }});
    return *this;
  }

  /// The type counts as an instance of this Java class or interface, which need not be registered.
  /// `java.util.List`, `Map`, `Set` and `Iterator` also make Python wrap it as such.
  Type implements(std::string name) const {
    record().parents.push_back(std::move(name));
    return *this;
  }

  /// What help() and the stubs say of the class.
  Type doc(const std::string& text) const {
    record().doc = text;
    return *this;
  }

 private:
  using Fields = std::map<std::string, detail::Field, std::less<>>;

  template <class... N>
  static void add(Fields& fields, std::string name, detail::Field field, const N&... notes) {
    (detail::annotate(field, notes), ...);
    fields[std::move(name)] = std::move(field);
  }
  template <class M>
  static detail::Field describe() {
    const detail::Parameter parameter = detail::parameter_of<M>();
    detail::Field field;
    field.java_name = parameter.java_name;
    field.python_type = &detail::python_type_for<M>;
    field.parameter = parameter;
    return field;
  }
  static detail::Field computed(detail::Overload getter) {
    detail::Field field;
    field.java_name = getter.return_name;
    field.python_type = getter.return_python;
    field.get = std::move(getter.invoke);
    field.get_changes_object = getter.changes_object;
    return field;
  }

  /// To add to it. Throws Error once the registry is frozen.
  detail::TypeRecord& record() const {
    record_->require_open();
    return *record_;
  }

  detail::TypeRecord* record_;
};

}  // namespace py4cpp
