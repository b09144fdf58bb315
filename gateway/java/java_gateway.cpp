// SPDX-License-Identifier: Apache-2.0
//
// What Python asks of `GATEWAY_SERVER`, above all where its callback server is.
#include "gateway/collections.hpp"
#include "gateway/gateway.hpp"
#include "gateway/java/java_names.hpp"
#include "gateway/types/view.hpp"

namespace py4cpp {

namespace {

struct InetAddress {
  std::string host;
};

struct CallbackClient {};

/// `GATEWAY_SERVER.getGateway()`, asked for the number of its bindings only.
struct GatewayView {};

/// A map of as many entries as Python holds objects, which is all that tests of leaks look at.
std::shared_ptr<Map> bindings(const GatewayView&, CallContext& context) {
  auto map = std::make_shared<Map>();
  const auto count = static_cast<std::int64_t>(context.gateway().object_count());
  for (std::int64_t i = 0; i < count; ++i) map->put(i, Value());
  return map;
}

void reset_callback(CallContext& context, const InetAddress& address, std::int32_t port) {
  if (port < 0 || port > 65535)
    throw NamedError("java.lang.IllegalArgumentException",
                     "no port has the number " + std::to_string(port));
  context.gateway().set_callback_address({address.host, static_cast<std::uint16_t>(port)});
}

std::int32_t callback_port(CallContext& context) {
  return context.gateway().callback_address().port;
}

InetAddress callback_host(CallContext& context) {
  return {context.gateway().callback_address().host};
}

}  // namespace

void bind_gateway_server(Registry& registry) {
  registry.type<InetAddress>("java.net.InetAddress")
      .method("getHostAddress", [](const InetAddress& self) { return self.host; })
      .method("getHostName", [](const InetAddress& self) { return self.host; })
      .method("toString", [](const InetAddress& self) { return "/" + self.host; })
      .static_method("getByName", [](std::string host) { return InetAddress{std::move(host)}; })
      .static_method("getLoopbackAddress", [] { return InetAddress{"127.0.0.1"}; });
  registry.type<CallbackClient>("py4j.CallbackClient")
      .method("getAddress", [](const CallbackClient&, CallContext& c) { return callback_host(c); })
      .method("getPort", [](const CallbackClient&, CallContext& c) { return callback_port(c); });
  registry.type<View>("py4j.JVMView").method("getName", &View::name);
  registry.type<GatewayView>("py4j.Gateway").method("getBindings", &bindings);
  registry.type<GatewayServer>("py4j.GatewayServer")
      .method("getListeningPort",
              [](const GatewayServer&, CallContext& context) {
                return std::int32_t{context.gateway().port()};
              })
      .method("getPort",
              [](const GatewayServer&, CallContext& context) {
                return std::int32_t{context.gateway().port()};
              })
      .method("getAddress",
              [](const GatewayServer&, CallContext& context) {
                return InetAddress{context.gateway().address()};
              })
      .method("getPythonPort",
              [](const GatewayServer&, CallContext& c) { return callback_port(c); })
      .method("getPythonAddress",
              [](const GatewayServer&, CallContext& c) { return callback_host(c); })
      .method("getCallbackClient", [](const GatewayServer&) { return CallbackClient(); })
      .method("getGateway", [](const GatewayServer&) { return GatewayView(); })
      .method("resetCallbackClient",
              [](const GatewayServer&, CallContext& context, const InetAddress& address,
                 std::int32_t port) { reset_callback(context, address, port); });
}

}  // namespace py4cpp
