// SPDX-License-Identifier: Apache-2.0
//
// Start here. A Gateway serves the types of a Registry to Python programs that use py4j:
//
//   py4cpp::Registry registry;
//   registry.type<Thermostat>("home.Thermostat").constructor<double>();
//   py4cpp::Gateway gateway(registry, {.entry_point = std::make_shared<Thermostat>(20.0)});
//   // Give gateway.port() and gateway.token() to the Python program.
//
// Python's side is `GatewayParameters(port=..., auth_token=...)`. Each connection has a thread;
// bound functions run on it and may block. PROTOCOL.md describes the bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "call_context.hpp"
#include "listener.hpp"
#include "metrics.hpp"
#include "proxy.hpp"
#include "registry.hpp"
#include "tls_options.hpp"
#include "value.hpp"

namespace py4cpp {

/// A command of the embedder's own. `lines` are those between the command's name and its closing
/// `e`, as they came; they die when the function calls Python. What it returns is the answer, and
/// what it throws reaches Python as from a bound function.
using CustomCommand =
    std::function<Value(CallContext& context, std::span<const std::string_view> lines)>;

/// Times of more than a year are taken for a year, so that std::chrono::milliseconds::max() may
/// mean for ever.
struct GatewayOptions {
  /// `gateway.entry_point` in Python.
  Value entry_point{};
  /// Where to listen: an IPv4 or IPv6 address, or a host name. Only loopback unless told otherwise.
  /// Port 0 takes a free one.
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  /// What a client must present. Empty: a random one is made, see Gateway::token.
  std::string token{};
  /// False lets every local process in: for tests only.
  bool authenticate = true;
  /// True for py4j's ClientServer (one C++ thread for one Python thread, calls back on the same
  /// connection), false for JavaGateway (calls back on connections to the callback server).
  bool pinned = true;
  /// Where Python's callback server listens, until the client says otherwise, and its token (empty:
  /// the same token as ours).
  std::string callback_address = "127.0.0.1";
  std::uint16_t callback_port = 25334;
  std::string callback_token{};
  /// TLS for connections from clients, and for ours to the callback server. Nothing: plain TCP.
  std::optional<TlsServer> tls{};
  std::optional<TlsClient> callback_tls{};
  /// Commands by their first line, which is none of py4j's own letters.
  std::map<std::string, CustomCommand, std::less<>> custom_commands{};
  /// Receives what the parts of the gateway say, each under its name (docs/metrics.md).
  Log log{};
  /// Called once, on a gateway thread, when a client sends the shutdown command. The gateway has
  /// stopped listening and closed all connections by then; the callee arranges that stop() is
  /// called from another thread.
  std::function<void()> on_shutdown{};
  /// Told of connections and of the gateway's life.
  std::vector<std::shared_ptr<GatewayListener>> listeners{};

  /// Bounds on what a peer can make grow. The first command of a connection beyond the first is
  /// answered with an error, and the connection closed.
  std::size_t connections_max = 1024;
  /// Ids that Python holds at one time; beyond it calls that return objects fail.
  std::size_t objects_max = 10'000'000;
  /// Ids that clients left behind, as those do that are killed, are forgotten when no client has
  /// been connected for this long. Zero: never.
  std::chrono::milliseconds orphans_ms_max{3'600'000};
  /// What the ids of objects end in, so that those of another gateway are refused: digits.
  /// Nothing: nine random ones. Empty: ids without it, for tests that compare bytes.
  std::optional<std::string> object_id_nonce{};
  /// Calls that go back and forth within one another on one connection.
  std::size_t depth_max = 200;
  /// All lines of one command together; a bytes argument of 3/4 of this size still passes.
  std::size_t command_bytes_max = std::size_t{1} << 30;
  /// Arguments of one call.
  std::size_t arguments_max = 65'536;
  /// Connections that have not presented the token yet; one more ends the oldest of them.
  std::size_t unauthenticated_max = 256;
  /// A connection must have shaken hands (with TLS) and presented the token, in one short line,
  /// within this time.
  std::chrono::milliseconds authentication_ms_max{10'000};
  /// A client's connection that is silent, or does not read its answer, for longer is closed. Zero:
  /// never.
  std::chrono::milliseconds read_ms_max{0};
  /// Connecting to the callback server, shaking hands with it (with TLS), and its answer to our
  /// token, all together.
  std::chrono::milliseconds callback_connect_ms_max{10'000};
  /// A callback server that may be new (of a new client, or at a new address), and refuses us, is
  /// asked again for so long, once: py4j's listens only a moment after the client has gone on.
  /// Zero: not asked again. callback_connect_ms_max bounds it as well.
  std::chrono::milliseconds callback_listen_ms_max{500};
  /// An answer of Python that takes longer is given up, and so is a call that Python does not read
  /// for this long. Zero: never.
  std::chrono::milliseconds callback_read_ms_max{0};
  /// Connections to the callback server kept for reuse.
  std::size_t callback_idle_max = 16;
  /// One that was not used for this long is closed. Zero: never. When pinned the connection is
  /// kept as long as there is room, because Python has a thread for it.
  std::chrono::milliseconds callback_idle_ms_max{30'000};
  /// A thread that waits for Python looks for the next bytes this long before it sleeps, which
  /// makes calls that follow one another two or three times as fast where there is more than one
  /// processor. Looks in vain become rare by themselves. Zero: never; 10 ms at most. Where a quota
  /// allows about one processor of many, zero leaves it to Python.
  std::chrono::microseconds spin_us_max{100};
  /// Whether Python is told of proxies that C++ dropped, so that it can drop the objects as well.
  bool release_proxies = true;
  /// Dead proxies wait for company until there are as many as the first number, until the oldest
  /// has waited this long, or until Python calls System.gc(); then Python is told of all. A pinned
  /// client without a callback server is told with the next answer.
  std::size_t released_proxies_max = 512;
  std::chrono::milliseconds release_ms_max{1'000};
};

/// Where Python's callback server listens.
struct CallbackAddress {
  std::string host;
  std::uint16_t port = 0;
};

/// A running gateway. All functions may be called from any thread, but stop() and the destructor
/// not from a thread that serves a call: they would wait for themselves.
class Gateway {
 public:
  /// Freezes the registry, which must outlive the gateway, and listens. Throws Error when a name in
  /// the registry is wrong, an option cannot work, or the port cannot be had.
  Gateway(Registry& registry, GatewayOptions options = {});
  /// Stops, and destroys what the gateway was given (the entry point, listeners, the log and other
  /// functions) before it returns, on this thread.
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  std::uint16_t port() const;
  /// Where it listens, in numbers: "127.0.0.1", "::1".
  const std::string& address() const;
  /// What clients must present; empty when authentication is off.
  const std::string& token() const;

  /// Closes the listener and every connection, waits until each running call has returned, from
  /// Python and to Python, and forgets all objects. A connection to Python that is being made is
  /// waited for as well, for callback_connect_ms_max at most. Does nothing the second time. Throws
  /// Error from a thread that serves a call, and from one of the gateway's own (a listener, the
  /// log).
  void stop();

  /// Returns once a client has asked for the shutdown, or stop() was called. The gateway still has
  /// to be stopped or destroyed. Not from a thread that serves a call.
  void wait_for_shutdown();

  /// The object that the Python program offers as its `python_server_entry_point`.
  Proxy python_entry_point();

  /// Where Python's callback server is expected; a client may move it at any time.
  CallbackAddress callback_address() const;
  void set_callback_address(CallbackAddress address);

  /// Tells Python now of the proxies that C++ dropped. On a thread that serves no pinned connection
  /// it connects to the callback server; when there is none they are left for the next answer to a
  /// pinned client.
  void release_proxies();

  /// Ids that Python holds at this moment, and open connections.
  std::size_t object_count() const;
  std::size_t connection_count() const;
  /// What has been counted so far; see metrics.hpp.
  GatewayMetrics metrics() const;

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace py4cpp
