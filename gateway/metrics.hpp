// SPDX-License-Identifier: Apache-2.0
//
// What a gateway counts: calls of each method and how long they took, callbacks, objects,
// connections and bytes. Gateway::metrics() takes a snapshot at any time:
//
//   std::cout << py4cpp::prometheus_text(gateway.metrics());
//
// Counting is always on; it costs a call less than 100 ns, mostly for reading the clock twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/histogram.hpp"

namespace py4cpp {

/// How many calls took how long: buckets double from 128 ns to 17 s.
using LatencyHistogram = Histogram<128, 29>;

/// The calls of one method, all overloads together. Constructors are called "<init>".
struct MethodMetrics {
  std::string class_name;
  std::string method;
  LatencyHistogram latency;    // Of those that failed as well.
  std::uint64_t failures = 0;  // Calls that threw.
};

/// Why a connection was refused, or ended before it was let in.
enum class Refusal : std::uint8_t {
  wrong_token,            // Also of a client that was let in and presents another one later.
  no_token,               // Its first command was another.
  long_line,              // What it sent in the place of the token was too long.
  tls_handshake,          // It speaks no TLS, or its certificate is not trusted.
  authentication_ms_max,  // It took too long.
  unauthenticated_max,    // Others came while it waited.
  connections_max,        // There were too many already, or no thread for one more.
  ended,                  // It went away by itself.
};
inline constexpr std::size_t refusal_count = 8;
/// The name of the constant, which is the label `reason` in Prometheus' text.
std::string_view refusal_name(Refusal refusal);

/// A snapshot. The numbers are read one by one while others count on, so that sums of them may be
/// off by the calls of that moment; none ever decreases except `objects`, `proxies` and
/// `connections`.
struct GatewayMetrics {
  std::vector<MethodMetrics> methods;  // Those that were called, by class and name.
  LatencyHistogram callbacks;          // Calls of Python objects by C++.
  std::uint64_t callback_failures = 0;
  std::size_t objects = 0;                 // Of C++, that Python holds now.
  std::size_t proxies = 0;                 // Python objects that C++ holds now.
  std::size_t connections = 0;             // Of clients, open now.
  std::uint64_t connections_accepted = 0;  // Opened by either side, since the start.
  std::uint64_t bytes_received = 0;        // Of all connections, TLS taken off.
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_streamed = 0;                    // Of those sent, by `stream()`.
  std::array<std::uint64_t, refusal_count> refused{};  // Connections, by Refusal.

  std::uint64_t refused_for(Refusal reason) const {
    return refused[static_cast<std::size_t>(reason)];
  }
};

/// The snapshot in Prometheus' text format, for the body of an HTTP answer of type
/// `text/plain; version=0.0.4`. Times are in seconds; every name begins with `py4cpp_gateway_`.
std::string prometheus_text(const GatewayMetrics& metrics);

}  // namespace py4cpp
