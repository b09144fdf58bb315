// SPDX-License-Identifier: Apache-2.0
//
// What Python may see of a C++ program: types with their constructors, methods and fields,
// interfaces that Python may implement, and the Java names of errors.
//
// Thread rule: fill a Registry from one thread. A Gateway freezes it when it starts; from then on
// it does not change and every thread may read it without locks. Changing it then throws Error.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "convert.hpp"
#include "named_error.hpp"
#include "overload.hpp"
#include "value.hpp"

namespace py4cpp {

class Registry;

namespace detail {
class TypeTable;
}

/// The chain that Registry::type returns; copy it freely. Binding a name again adds an overload.
/// `T` is void for a class that has no C++ type: statics, and constructors that return values.
template <class T>
class Type {
 public:
  explicit Type(detail::TypeRecord& record) : record_(&record) {}

  /// Python may construct a T from these parameter types.
  template <class... A>
  Type constructor() const {
    static_assert(std::is_constructible_v<T, A...>,
                  "py4cpp: the type has no constructor that takes these parameters");
    return constructor(
        [](A... arguments) { return std::make_shared<T>(std::forward<A>(arguments)...); });
  }

  /// The function makes the object: it returns shared_ptr<T>, T or a Value, and may take a
  /// CallContext& first.
  template <class F>
  Type constructor(F function) const {
    record_->constructors.push_back(detail::free_overload(std::move(function)));
    return *this;
  }

  /// A member function, or a lambda that takes T&, const T&, shared_ptr<T> or the object as a
  /// `const Value&` first. Both may take a CallContext& before the arguments.
  template <class F>
  Type method(std::string name, F function) const {
    static_assert(!std::is_void_v<T>, "py4cpp: a class without a C++ type has no methods");
    record_->methods[std::move(name)].push_back(detail::method_overload<T>(std::move(function)));
    return *this;
  }

  /// A function or lambda; may take a CallContext& first.
  template <class F>
  Type static_method(std::string name, F function) const {
    record_->static_methods[std::move(name)].push_back(detail::free_overload(std::move(function)));
    return *this;
  }

  /// A data member. Python may set it unless it is const.
  template <class M, class C>
  requires(!std::is_function_v<M>) Type field(std::string name, M C::*member)
  const {
    auto pointer = [member](detail::Invocation& invocation) -> M& {
      return static_cast<C&>(*static_cast<T*>(invocation.pointer)).*member;
    };
    detail::Field field = describe<std::remove_const_t<M>>();
    field.get = [pointer](detail::Invocation& invocation) {
      return detail::to_value(std::remove_const_t<M>(pointer(invocation)));
    };
    if constexpr (!std::is_const_v<M>)
      field.set = [pointer](detail::Invocation& invocation) {
        auto holder =
            detail::Argument<M>::hold(invocation.arguments[0], invocation.context.registry());
        pointer(invocation) = detail::Argument<M>::pass(holder);
      };
    record_->fields[std::move(name)] = std::move(field);
    return *this;
  }

  /// A field that a function computes from the object; Python cannot set it.
  template <class F>
  requires(!std::is_member_object_pointer_v<F>) Type field(std::string name, F getter)
  const {
    record_->fields[std::move(name)] = computed(detail::method_overload<T>(std::move(getter)));
    return *this;
  }

  /// A constant of the class, or, when given a function of no arguments, a field that it computes.
  template <class F>
  Type static_field(std::string name, F value) const {
    if constexpr (detail::SignatureKnown<F> && !std::is_convertible_v<F, Value>) {
      record_->static_fields[std::move(name)] = computed(detail::free_overload(std::move(value)));
    } else {
      detail::Field field;
      field.get = [held = detail::to_value(std::move(value))](detail::Invocation&) { return held; };
      record_->static_fields[std::move(name)] = std::move(field);
    }
    return *this;
  }

  /// Methods and fields of B, which must be registered too (before or after), are those of T as
  /// well, and a T may be passed where a B is expected.
  template <class B>
  Type base() const {
    static_assert(std::is_base_of_v<B, T> && !std::is_same_v<B, T>,
                  "py4cpp: base<B>() needs a public base class of the type");
    record_->bases.push_back({&typeid(B), [](void* derived) -> void* {
                                return static_cast<B*>(static_cast<T*>(derived));
                              }});
    return *this;
  }

  /// The type counts as an instance of this Java class or interface, which need not be registered.
  /// `java.util.List`, `Map`, `Set` and `Iterator` also make Python wrap it as such.
  Type implements(std::string name) const {
    record_->parents.push_back(std::move(name));
    return *this;
  }

 private:
  template <class M>
  static detail::Field describe() {
    using Argument = detail::Argument<M>;
    return {&Argument::java_name,
            {},
            {},
            {&Argument::cost, &Argument::java_name, Argument::bound_type}};
  }
  static detail::Field computed(detail::Overload getter) {
    detail::Field field;
    field.java_name = getter.return_name;
    field.get = std::move(getter.invoke);
    return field;
  }

  detail::TypeRecord* record_;
};

class Registry {
 public:
  /// Holds the java.lang and java.util names that py4j itself asks for.
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Binds T under a Java class name ("pkg.T"; a nested class is "pkg.T$Inner"). Asked again with
  /// the same name and T it returns the same chain. Throws Error when either is taken differently.
  template <class T>
  Type<T> type(const std::string& name) {
    static_assert(std::is_class_v<T>, "py4cpp: only a class can be bound as a type");
    static_assert(!ValueType<T>, "py4cpp: the type has a convert<T> and crosses by value already");
    auto& record = declare(name, &typeid(T));
    record.error = detail::error_functions<T>();
    return Type<T>(record);
  }

  /// A class without a C++ type: static members and constructors that return values.
  Type<void> type(const std::string& name) { return Type<void>(declare(name, nullptr)); }

  /// An interface that a Python class may name in `implements`.
  void interface(const std::string& name);

  /// `other` names the class `name`, which may be registered before or after, a second time.
  void alias(const std::string& other, const std::string& name);

  /// Declares the class name of a NamedError and what it derives from.
  void exception(const std::string& name, const std::string& parent = "java.lang.Exception");

  /// C++ exceptions of type E (or derived from it) reach Python under this class name. The mapping
  /// added last wins. Without one, std::exception is java.lang.RuntimeException.
  template <std::derived_from<std::exception> E>
  void translate(const std::string& name) {
    translate<E>([name](const E& error) { return NamedError(name, error.what()); });
  }
  /// The same with a function from `const E&` to a NamedError or a class derived from it.
  template <std::derived_from<std::exception> E, class F>
  requires std::invocable<F, const E&>
  void translate(F function) {
    using Named = std::remove_cvref_t<std::invoke_result_t<F, const E&>>;
    static_assert(std::derived_from<Named, NamedError>,
                  "py4cpp: translate needs a function that returns a NamedError");
    add_translator([function = std::move(function)](
                       const std::exception& error) -> std::shared_ptr<NamedError> {
      const auto* match = dynamic_cast<const E*>(&error);
      return match ? std::make_shared<Named>(function(*match)) : nullptr;
    });
  }

  /// Names under `package` that are not registered are classes whose use throws what `handler`
  /// returns: a NamedError or a class derived from it, made from the class and the member name
  /// (empty when the class itself is constructed). Also asked when a registered class under the
  /// package lacks a method.
  template <std::invocable<const std::string&, const std::string&> F>
  void missing(const std::string& package, F handler) {
    using Named =
        std::remove_cvref_t<std::invoke_result_t<F, const std::string&, const std::string&>>;
    static_assert(std::derived_from<Named, NamedError>,
                  "py4cpp: missing needs a function that returns a NamedError");
    add_missing(package, [handler = std::move(handler)](const std::string& class_name,
                                                        const std::string& member) {
      throw Named(handler(class_name, member));
    });
  }

  /// Checks the whole registry and seals it. Throws Error with a sentence for every parameter, base
  /// or alias that names an unregistered type. Does nothing the second time.
  void freeze();
  bool is_frozen() const;

  /// @name Questions, once frozen
  /// @{

  /// The object as a T, following the registered bases; null when it is none.
  template <class T>
  std::shared_ptr<T> cast(const Value& value) const {
    return std::static_pointer_cast<T>(detail::cast_value(*this, value, typeid(T)));
  }

  /// The Java class name of a value, as `getClass().getName()` answers.
  std::string class_name(const Value& value) const;
  /// Whether a value is an instance of the class or interface, by registered names.
  bool is_instance(const Value& value, std::string_view class_name) const;
  /// What Java's String.valueOf would answer: calls a bound toString.
  std::string text_of(const Value& value) const;
  /// Calls a bound method as Python would. Throws what it throws, and NamedError
  /// java.lang.NoSuchMethodError when no overload fits.
  Value call(CallContext& context, const Value& target, std::string_view method,
             std::vector<Value> arguments = {}) const;

  /// @}

  /// The compiled side of the registry, for the library itself.
  const detail::TypeTable& table() const { return *table_; }

 private:
  using Translator = std::function<std::shared_ptr<NamedError>(const std::exception&)>;
  using Missing = std::function<void(const std::string& class_name, const std::string& member)>;

  detail::TypeRecord& declare(const std::string& name, const std::type_info* type);
  void add_translator(Translator translator);
  void add_missing(const std::string& package, Missing handler);

  std::unique_ptr<detail::TypeTable> table_;
};

}  // namespace py4cpp
