// SPDX-License-Identifier: Apache-2.0
#include "gateway/metrics.hpp"

#include <functional>
#include <map>
#include <memory>
#include <new>
#include <utility>

#include "base/prometheus.hpp"
#include "gateway/types/call_metrics.hpp"

namespace py4cpp {

namespace {

std::string labels_of(const MethodMetrics& method) {
  return "class=\"" + label_text(method.class_name) + "\",method=\"" + label_text(method.method) +
         "\"";
}

}  // namespace

struct CallMetrics::Entry {
  Entry(const void* function_in, std::string_view class_name_in, std::string_view method_in)
      : function(function_in), class_name(class_name_in), method(method_in) {}

  const void* const function;
  const std::string class_name;
  const std::string method;
  LatencyCounter counter;
};

CallMetrics::~CallMetrics() {
  for (auto& place : table_) delete place.load();
}

/// Entries are never removed, so whoever finds one may use it. Of two threads that see a free place
/// one puts its entry there and the other looks again.
LatencyCounter* CallMetrics::counter(const void* function, std::string_view class_name,
                                     std::string_view method) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  std::unique_ptr<Entry> fresh;
  for (std::size_t i = (address >> 4) * 0x9e3779b97f4a7c15u >> 32;; ++i) {
    auto& place = table_[i % places];
    Entry* found = place.load(std::memory_order_acquire);
    if (!found) {
      try {
        if (!fresh) {
          if (used_ >= functions_max) return nullptr;
          fresh = std::make_unique<Entry>(function, class_name, method);
        }
      } catch (const std::bad_alloc&) {
        return nullptr;
      }
      if (place.compare_exchange_strong(found, fresh.get(), std::memory_order_acq_rel)) {
        ++used_;
        return &fresh.release()->counter;
      }
    }
    if (found->function == function) return &found->counter;
  }
}

std::vector<MethodMetrics> CallMetrics::snapshot() const {
  std::map<std::pair<std::string_view, std::string_view>, MethodMetrics> sums;
  for (const auto& place : table_) {
    const Entry* entry = place.load(std::memory_order_acquire);
    if (!entry) continue;
    auto& sum = sums[{entry->class_name, entry->method}];
    sum.class_name = entry->class_name;
    sum.method = entry->method;
    sum.latency += entry->counter.histogram();
    sum.failures += entry->counter.failures();
  }
  std::vector<MethodMetrics> result;
  result.reserve(sums.size());
  for (auto& [name, sum] : sums) result.push_back(std::move(sum));
  return result;
}

std::string_view refusal_name(Refusal refusal) {
  switch (refusal) {
    case Refusal::wrong_token:
      return "wrong_token";
    case Refusal::no_token:
      return "no_token";
    case Refusal::long_line:
      return "long_line";
    case Refusal::tls_handshake:
      return "tls_handshake";
    case Refusal::authentication_ms_max:
      return "authentication_ms_max";
    case Refusal::unauthenticated_max:
      return "unauthenticated_max";
    case Refusal::connections_max:
      return "connections_max";
    case Refusal::ended:
      return "ended";
  }
  return "unknown";
}

std::string prometheus_text(const GatewayMetrics& metrics) {
  Exposition out("py4cpp_gateway_");
  out.family("call_seconds", "histogram", "How long calls of C++ functions took.");
  for (const auto& method : metrics.methods) out.histogram(method.latency, labels_of(method));
  out.family("call_failures_total", "counter", "Calls of C++ functions that threw.");
  for (const auto& method : metrics.methods) out.sample(method.failures, labels_of(method));
  out.family("callback_seconds", "histogram", "How long calls of Python objects took.");
  out.histogram(metrics.callbacks);
  out.single("callback_failures_total", "counter", "Calls of Python objects that failed.",
             metrics.callback_failures);
  out.single("objects", "gauge", "C++ objects that Python holds.", metrics.objects);
  out.single("proxies", "gauge", "Python objects that C++ holds.", metrics.proxies);
  out.single("connections", "gauge", "Open connections of clients.", metrics.connections);
  out.single("connections_accepted_total", "counter", "Connections since the start.",
             metrics.connections_accepted);
  out.single("received_bytes_total", "counter", "Bytes received from Python.",
             metrics.bytes_received);
  out.single("sent_bytes_total", "counter", "Bytes sent to Python.", metrics.bytes_sent);
  out.single("streamed_bytes_total", "counter", "Bytes sent to Python by stream().",
             metrics.bytes_streamed);
  out.family("connections_refused_total", "counter", "Connections that were not let in.");
  for (std::size_t i = 0; i < refusal_count; ++i)
    out.sample(metrics.refused[i],
               "reason=\"" + std::string(refusal_name(static_cast<Refusal>(i))) + "\"");
  return out.text();
}

}  // namespace py4cpp
