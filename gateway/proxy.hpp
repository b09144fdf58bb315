// SPDX-License-Identifier: Apache-2.0
//
// Calling Python objects from C++ with plain C++ types:
//
//   double area = shape.call<double>("area", 2, "metres");
//
// The call goes out on the connection of the calling thread when the gateway is pinned and that
// thread serves one; otherwise on a connection to Python's callback server.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "value.hpp"

namespace py4cpp {

namespace detail {

/// Says that Python's result does not convert, as an Error.
[[noreturn]] void refuse_result(const Registry& registry, std::string_view method,
                                const Value& result, const std::string& wanted);

}  // namespace detail

template <class R, class... A>
R Proxy::call(std::string_view method, A&&... arguments) const {
  static_assert(std::is_void_v<R> || !std::is_reference_v<R>,
                "py4cpp: the result of a call to Python is a value; leave out the reference");
  static_assert(
      !detail::has_own_argument<R>,
      "py4cpp: the result of a call to Python owns what it shows; take std::string, Bytes, "
      "std::vector<T> or std::shared_ptr<SharedBuffer>");
  std::vector<Value> values;
  values.reserve(sizeof...(A));
  (values.push_back(detail::to_value(std::forward<A>(arguments))), ...);
  if constexpr (std::is_same_v<R, Value>) {
    return call(method, std::move(values));
  } else if constexpr (std::is_void_v<R>) {
    call_and_take(method, std::move(values), [](const Value&, const Registry&) {});
  } else if constexpr (!std::is_reference_v<R> && !detail::has_own_argument<R> &&
                       detail::parameter_is_sound<R>()) {
    std::optional<R> converted;
    call_and_take(method, std::move(values), [&](const Value& result, const Registry& registry) {
      if (detail::Argument<R>::cost(result, registry) < 0)
        detail::refuse_result(registry, method, result, detail::Argument<R>::java_name());
      converted.emplace(detail::element_from<R>(result, registry));
    });
    return *std::move(converted);
  }
}

}  // namespace py4cpp
