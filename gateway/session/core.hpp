// SPDX-License-Identifier: Apache-2.0
//
// What all sessions of one gateway share. It outlives them; everything in it is immutable or guards
// itself.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "gateway/callback/remote_proxy.hpp"
#include "gateway/gateway.hpp"
#include "gateway/java/java_names.hpp"
#include "gateway/registry.hpp"
#include "gateway/session/objects.hpp"
#include "gateway/types/call_metrics.hpp"
#include "gateway/types/view.hpp"

namespace py4cpp {

/// Who speaks in the log: the names of the parts of py4j that do the same.
namespace log_components {
inline constexpr std::string_view gateway = "Gateway";
inline constexpr std::string_view server = "GatewayServer";
inline constexpr std::string_view connection = "GatewayConnection";
inline constexpr std::string_view callback_connection = "CallbackConnection";
}  // namespace log_components

struct Core {
  Core(const Registry& registry_in, GatewayOptions options_in)
      : registry(registry_in),
        options(std::move(options_in)),
        objects(options.objects_max, options.object_id_nonce.value_or(random_nonce())) {}

  /// Long enough that two gateways that a program uses at once hardly ever have the same.
  static std::string random_nonce() {
    std::random_device device;
    const auto number = std::uniform_int_distribution(0, 999'999'999)(device);
    return std::to_string(1'000'000'000 + number).substr(1);  // Nine digits, whatever it is.
  }

  /// `component` is one of log_components.
  void log(LogLevel level, std::string_view component, std::string_view text) const {
    if (options.log) options.log(level, component, text);
  }

  const Registry& registry;
  const GatewayOptions options;
  ObjectTable objects;
  const std::shared_ptr<View> default_view = std::make_shared<View>();
  const Value gateway_server = std::make_shared<GatewayServer>();

  GatewayCounters counters;

  /// The last number of a connection, see ConnectionInfo.
  std::atomic<std::uint64_t> connections_ever = 0;

  /// Set once, before the first session starts.
  Gateway* gateway = nullptr;
  std::weak_ptr<ProxyCaller> proxy_caller;
  /// Closes the connection between these two ports.
  std::function<void(std::uint16_t remote_port, std::uint16_t local_port)> cancel;
};

}  // namespace py4cpp
