// SPDX-License-Identifier: Apache-2.0
//
// Proxy only forwards to whoever can reach Python.
#include "gateway/proxy.hpp"

#include "gateway/callback/remote_proxy.hpp"
#include "gateway/registry.hpp"

namespace py4cpp {

void Proxy::call_and_take(std::string_view method, std::vector<Value> arguments,
                          const TakeResult& take) const {
  if (!remote_) throw Error("a Proxy that was moved from cannot be called");
  const auto caller = remote_->caller();
  if (!caller)
    throw Disconnected("cannot call " + std::string(method) +
                       " on a Python object: its gateway has stopped");
  caller->call(remote_->id(), method, std::move(arguments), take);
}

Value Proxy::call(std::string_view method, std::vector<Value> arguments) const {
  Value taken;
  call_and_take(method, std::move(arguments),
                [&](Value& result, const Registry&) { taken = std::move(result); });
  return taken;
}

Value Proxy::call(std::string_view method) const { return call(method, std::vector<Value>()); }

const std::vector<std::string>& Proxy::interfaces() const {
  if (!remote_) throw Error("a Proxy that was moved from has no interfaces");
  return remote_->interfaces();
}

namespace detail {

void refuse_result(const Registry& registry, std::string_view method, const Value& result,
                   const std::string& wanted) {
  throw Error("Python's " + std::string(method) + " returned a " + registry.class_name(result) +
              ", which is no " + wanted);
}

}  // namespace detail
}  // namespace py4cpp
