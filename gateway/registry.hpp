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
#include "type.hpp"
#include "value.hpp"

namespace py4cpp {

class Registry;
void bind_java_functions(Registry& registry);

namespace detail {

class TypeTable;

/// Binds what every enumeration has: name(), ordinal(), valueOf(), values() and so on. The types
/// are what the last two return.
void bind_enumeration(TypeRecord& record, PythonType (*constant)(), PythonType (*constants)());
void add_constant(TypeRecord& record, Constant constant);

template <class T>
constexpr bool class_can_be_bound() {
  constexpr bool is_class = std::is_class_v<T>;
  constexpr bool crosses_by_value = ValueType<T>;
  static_assert(is_class, "py4cpp: only a class can be bound as a type; see enumeration<E>() too");
  static_assert(!is_class || !crosses_by_value,
                "py4cpp: the type has a convert<T> and crosses by value already");
  static_assert(!is_incomplete<T>,
                "py4cpp: a class is only declared here; include the header that defines it");
  return is_class && !crosses_by_value && !is_incomplete<T>;
}

}  // namespace detail

/// The chain that Registry::enumeration returns. Its functions throw Error once the registry is
/// frozen.
template <class E>
class Enumeration {
 public:
  explicit Enumeration(detail::TypeRecord& record) : record_(&record) {}

  /// A constant; `name` is what Python calls it, as a static member of the enumeration.
  Enumeration value(std::string name, E constant) const {
    return value(std::move(name), constant, Documentation());
  }
  /// The same with a text for help() and the stubs.
  Enumeration value(std::string name, E constant, const Documentation& doc) const {
    record_->require_open();
    detail::add_constant(*record_, {std::move(name), static_cast<std::int64_t>(constant),
                                    convert<E>::to_value(constant), doc.text});
    return *this;
  }

  /// What help() and the stubs say of the enumeration.
  Enumeration doc(std::string text) const {
    record_->require_open();
    record_->doc = std::move(text);
    return *this;
  }

 private:
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
    if constexpr (detail::class_can_be_bound<T>()) {
      auto& record = declare(name, &typeid(T));
      record.error = detail::error_functions<T>();
      return Type<T>(record);
    } else {
      return Type<T>(declare(name, nullptr));
    }
  }

  /// A class without a C++ type: static members and constructors that return values.
  Type<void> type(const std::string& name) { return Type<void>(declare(name, nullptr)); }

  /// Binds an enum or enum class. Python finds its constants as static members; each answers
  /// name(), ordinal(), toString(), compareTo() and equals(), the class valueOf() and values().
  template <class E>
  Enumeration<E> enumeration(const std::string& name) {
    static_assert(std::is_enum_v<E>, "py4cpp: enumeration<E>() needs an enum or enum class");
    auto& record = declare(name, &typeid(E));
    if constexpr (std::is_enum_v<E>) {
      record.number_of = [](const void* constant) {
        return static_cast<std::int64_t>(*static_cast<const E*>(constant));
      };
      detail::bind_enumeration(record, &convert<E>::python_type, &convert<Array<E>>::python_type);
    }
    return Enumeration<E>(record);
  }

  /// An interface that a Python class may name in `implements`.
  void interface(const std::string& name);

  /// The same for an abstract C++ class T: where a T is wanted, Python may pass an object whose
  /// class names the interface. `Wrapper` derives from T and is made from the Proxy of that object,
  /// to which it forwards:
  ///
  ///   struct PythonListener : Listener {
  ///     explicit PythonListener(Proxy python) : python(std::move(python)) {}
  ///     void changed(double to) override { python.call<void>("changed", to); }
  ///     Proxy python;
  ///   };
  ///   registry.interface<Listener, PythonListener>("home.Listener")
  ///       .method("changed", &Listener::changed, arg("to"));
  ///
  /// The methods bound on it serve C++ implementations and the stubs. An interface with one method
  /// can be passed as a std::function, too.
  template <class T, class Wrapper>
  Type<T> interface(const std::string& name) {
    constexpr bool derived = std::derived_from<Wrapper, T>;
    constexpr bool made_from_proxy = std::is_constructible_v<Wrapper, Proxy>;
    static_assert(derived, "py4cpp: the interface's wrapper has to derive from the interface");
    static_assert(!derived || made_from_proxy,
                  "py4cpp: the interface's wrapper needs a constructor that takes a py4cpp::Proxy "
                  "and must not be abstract: override every pure virtual function");
    if constexpr (derived && made_from_proxy)
      return interface<T>(name, [](const Proxy& python) -> std::shared_ptr<T> {
        return std::make_shared<Wrapper>(python);
      });
    else
      return Type<T>(declare(name, &typeid(T)));
  }
  /// The same with a function that makes the object.
  template <class T, std::invocable<const Proxy&> F>
  Type<T> interface(const std::string& name, F wrap) {
    auto type = this->type<T>(name);
    auto& record = declare(name, &typeid(T));
    record.is_interface = true;
    record.from_proxy = [wrap = std::move(wrap)](const Proxy& python) -> std::shared_ptr<void> {
      return std::shared_ptr<T>(wrap(python));
    };
    return type;
  }

  /// A std::function that is made from a Python object which implements the interface calls this
  /// method. `Signature`, such as double(int), is what the stubs show.
  template <class Signature, class... N>
  void callback(const std::string& interface, std::string method, const N&... notes) {
    static_assert(std::is_function_v<Signature>,
                  "py4cpp: callback<R(A...)>() needs the type of a function, such as double(int)");
    if constexpr (std::is_function_v<Signature>) {
      using Function = Signature*;
      if constexpr (detail::function_is_sound<Function, N...>()) {
        detail::Overload overload =
            detail::with_notes(detail::free_overload(Function(nullptr)), notes...);
        overload.invoke = nullptr;
        add_callback(interface, std::move(method), std::move(overload));
      }
    }
  }

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
    if constexpr (std::derived_from<Named, NamedError>)
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
    if constexpr (std::derived_from<Named, NamedError>)
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

  /// The object as a T, whether const or not, following the registered bases; null when it is none.
  template <class T>
  std::shared_ptr<T> cast(const Value& value) const {
    return std::static_pointer_cast<T>(detail::cast_value(*this, value, typeid(T)));
  }

  /// The Java class name of a value, as `getClass().getName()` answers.
  std::string class_name(const Value& value) const;
  /// Whether a value is an instance of the class or interface, by registered names.
  bool is_instance(const Value& value, std::string_view class_name) const;
  /// What Java's String.valueOf would answer: calls a bound toString, as part of the call that
  /// `context` is of. Without one toString has no gateway.
  std::string text_of(CallContext& context, const Value& value) const;
  std::string text_of(const Value& value) const;
  /// Calls a bound method as Python would. Throws what it throws, and NamedError
  /// java.lang.NoSuchMethodError when no overload fits.
  Value call(CallContext& context, const Value& target, std::string_view method,
             std::vector<Value> arguments = {}) const;

  /// @}

  /// The compiled side of the registry, for the library itself.
  const detail::TypeTable& table() const { return *table_; }

 private:
  friend void bind_java_functions(Registry& registry);  // Declares what has no public form.

  using Translator = std::function<std::shared_ptr<NamedError>(const std::exception&)>;
  using Missing = std::function<void(const std::string& class_name, const std::string& member)>;

  void add_callback(const std::string& interface, std::string method, detail::Overload overload);
  detail::TypeRecord& declare(const std::string& name, const std::type_info* type);
  void add_translator(Translator translator);
  void add_missing(const std::string& package, Missing handler);

  std::unique_ptr<detail::TypeTable> table_;
};

}  // namespace py4cpp
