// SPDX-License-Identifier: Apache-2.0
//
// Calling Python objects from C++: the typed form of Proxy::call.
//
//   double area = py4cpp::call<double>(context.registry(), shape, "area", 2, "metres");
//
// The call goes out on the connection of the calling thread when the gateway is pinned and that
// thread serves one; otherwise on a connection to Python's callback server.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "convert.hpp"
#include "value.hpp"

namespace py4cpp {

/// Calls `method` with the arguments as they convert and returns the result as an R (or void).
/// Throws as Proxy::call does, and Error when Python returned something that is no R.
template <class R = void, class... Arguments>
R call(const Registry& registry, const Proxy& proxy, std::string_view method,
       Arguments&&... arguments) {
  std::vector<Value> values;
  values.reserve(sizeof...(Arguments));
  (values.push_back(detail::to_value(std::forward<Arguments>(arguments))), ...);
  Value result = proxy.call(method, std::move(values));
  if constexpr (!std::is_void_v<R>) {
    if (convert<R>::cost(result, registry) < 0)
      throw Error("Python's " + std::string(method) + " returned something that is not " +
                  std::string(convert<R>::java_name()));
    return convert<R>::from_value(result, registry);
  }
}

}  // namespace py4cpp
