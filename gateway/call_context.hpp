// SPDX-License-Identifier: Apache-2.0
//
// What a bound function may ask about the call it serves. Take `CallContext&` as the parameter
// after the object (or first, for statics and constructors) to receive it.
#pragma once

#include <memory>
#include <typeindex>
#include <unordered_map>

namespace py4cpp {

class Gateway;
class Registry;
struct GatewayCounters;

/// Data of one session: one connection, hence one Python thread when the gateway is pinned. Used by
/// that session's thread only, which also destroys it at the end of a client's connection.
class SessionState {
 public:
  /// The session's T, made by T's default constructor at the first request.
  template <class T>
  T& get() {
    auto& slot = slots_[typeid(T)];
    if (!slot) slot = std::make_shared<T>();
    return *static_cast<T*>(slot.get());
  }

 private:
  std::unordered_map<std::type_index, std::shared_ptr<void>> slots_;
};

/// Valid until the bound function returns.
class CallContext {
 public:
  CallContext(const Registry& registry, SessionState& state, Gateway* gateway,
              GatewayCounters* counters = nullptr)
      : registry_(registry), state_(state), gateway_(gateway), counters_(counters) {}

  const Registry& registry() const { return registry_; }

  /// The gateway that serves the call. Throws Error when the call came without one (unit tests).
  Gateway& gateway() const;

  /// See SessionState::get.
  template <class T>
  T& session_state() const {
    return state_.get<T>();
  }

  /// For the library itself; null when nobody counts.
  GatewayCounters* counters() const { return counters_; }

 private:
  const Registry& registry_;
  SessionState& state_;
  Gateway* gateway_;
  GatewayCounters* counters_;
};

}  // namespace py4cpp
