// SPDX-License-Identifier: Apache-2.0
//
// What a gateway counts: calls of each method and how long they took, callbacks, objects,
// connections and bytes. Gateway::metrics() takes a snapshot at any time:
//
//   std::cout << py4cpp::prometheus_text(gateway.metrics());
//
// Counting is always on; it costs a call less than 100 ns, mostly for reading the clock twice.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace py4cpp {

/// How many calls took how long, in steps of a factor of two.
struct LatencyHistogram {
  /// The last bucket has no upper bound.
  static constexpr std::size_t bucket_count = 29;
  /// Bucket `index` counts what took less than this and was not counted in a lower one.
  static constexpr std::chrono::nanoseconds upper_bound(std::size_t index) {
    return std::chrono::nanoseconds(std::int64_t{128} << index);
  }

  std::array<std::uint64_t, bucket_count> counts{};
  std::chrono::nanoseconds total{};

  std::uint64_t count() const;
};

/// The calls of one method, all overloads together. Constructors are called "<init>".
struct MethodMetrics {
  std::string class_name;
  std::string method;
  LatencyHistogram latency;    // Of those that failed as well.
  std::uint64_t failures = 0;  // Calls that threw.
};

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
};

/// The snapshot in Prometheus' text format, for the body of an HTTP answer of type
/// `text/plain; version=0.0.4`. Times are in seconds; every name begins with `py4cpp_gateway_`.
std::string prometheus_text(const GatewayMetrics& metrics);

}  // namespace py4cpp
