// SPDX-License-Identifier: Apache-2.0
//
// Proxy only forwards to whoever can reach Python.
#include "gateway/proxy.hpp"

#include "gateway/remote_proxy.hpp"

namespace py4cpp {

Value Proxy::call(std::string_view method, std::vector<Value> arguments) const {
  const auto caller = remote_->caller();
  if (!caller)
    throw Disconnected("cannot call " + std::string(method) +
                       " on a Python object: its gateway has stopped");
  return caller->call(remote_->id(), method, std::move(arguments));
}

Value Proxy::call(std::string_view method) const { return call(method, std::vector<Value>()); }

const std::vector<std::string>& Proxy::interfaces() const { return remote_->interfaces(); }

}  // namespace py4cpp
