// SPDX-License-Identifier: Apache-2.0
//
// std::function as a result: Python gets an object whose method calls the function. It is that of
// the one of Java's functional interfaces that the signature suits, and always `apply` as well:
//
//   curve = tools.curve()          # std::function<double(double)>
//   curve.apply(0.5)
//
// Embedders do not use these directly.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "overload.hpp"

namespace py4cpp::detail {

/// Java's functional interfaces, as far as a signature tells them apart.
enum class FunctionKind {
  runnable,
  supplier,
  consumer,
  bi_consumer,
  predicate,
  bi_predicate,
  function,
  bi_function,
  other
};

struct FunctionNames {
  std::string_view class_name;
  std::string_view interface;
  std::string_view method;
};

/// The base of all of them, which has `apply`.
inline constexpr FunctionNames function_base{"py4cpp.Function", "", "apply"};

constexpr FunctionNames names_of(FunctionKind kind) {
  constexpr FunctionNames names[] = {
      {"py4cpp.Runnable", "java.lang.Runnable", "run"},
      {"py4cpp.Supplier", "java.util.function.Supplier", "get"},
      {"py4cpp.Consumer", "java.util.function.Consumer", "accept"},
      {"py4cpp.BiConsumer", "java.util.function.BiConsumer", "accept"},
      {"py4cpp.Predicate", "java.util.function.Predicate", "test"},
      {"py4cpp.BiPredicate", "java.util.function.BiPredicate", "test"},
      {"py4cpp.UnaryFunction", "java.util.function.Function", "apply"},
      {"py4cpp.BiFunction", "java.util.function.BiFunction", "apply"},
      {"py4cpp.NaryFunction", "", "apply"},
  };
  return names[static_cast<std::size_t>(kind)];
}

constexpr FunctionKind function_kind(bool has_result, bool is_predicate, std::size_t parameters) {
  using enum FunctionKind;
  if (parameters == 0) return has_result ? supplier : runnable;
  if (parameters == 1) return !has_result ? consumer : is_predicate ? predicate : function;
  if (parameters == 2) return !has_result ? bi_consumer : is_predicate ? bi_predicate : bi_function;
  return other;
}

/// A function that Python holds, together with how it is called.
class FunctionObject {
 public:
  virtual ~FunctionObject() = default;
  FunctionObject(const FunctionObject&) = delete;
  FunctionObject& operator=(const FunctionObject&) = delete;

  const Overload& overload() const { return overload_; }
  /// The std::function itself when it has this type, else null.
  const void* held_as(const std::type_info& type) const {
    return *type_ == type ? held_.get() : nullptr;
  }

 protected:
  FunctionObject(Overload overload, const std::type_info& type, std::shared_ptr<const void> held)
      : overload_(std::move(overload)), type_(&type), held_(std::move(held)) {}

 private:
  const Overload overload_;
  const std::type_info* const type_;
  const std::shared_ptr<const void> held_;
};

/// One class for each kind, so that each has a name and a method of its own in Python.
template <FunctionKind kind>
class FunctionOf final : public FunctionObject {
 public:
  template <class Function>
  explicit FunctionOf(const Function& function)
      : FunctionObject(free_overload(function), typeid(Function),
                       std::make_shared<const Function>(function)) {}
};

/// What convert<std::function<R(A...)>> returns to Python.
template <class R, class... A>
Value function_value(const std::function<R(A...)>& function) {
  using Function = std::function<R(A...)>;
  if constexpr (function_is_sound<Function>()) {
    using Parameters = typename WithoutContext<TypeList<A...>>::Type;
    constexpr FunctionKind kind =
        function_kind(!std::is_void_v<R>, std::same_as<R, bool>, Parameters::size);
    return std::make_shared<FunctionOf<kind>>(function);
  } else {
    return {};
  }
}

}  // namespace py4cpp::detail
