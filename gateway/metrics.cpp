// SPDX-License-Identifier: Apache-2.0
#include "gateway/metrics.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <sstream>
#include <utility>

#include "gateway/types/call_metrics.hpp"

namespace py4cpp {

namespace {

constexpr std::string_view prefix = "py4cpp_gateway_";

std::size_t bucket_of(std::chrono::nanoseconds duration) {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  const auto width = static_cast<std::size_t>(std::bit_width(ns));
  const auto first = static_cast<std::size_t>(
      std::bit_width(static_cast<std::uint64_t>(LatencyHistogram::upper_bound(0).count()) - 1));
  return std::min(width > first ? width - first : 0, LatencyHistogram::bucket_count - 1);
}

void add_to(LatencyHistogram& sum, const LatencyHistogram& other) {
  for (std::size_t i = 0; i < sum.counts.size(); ++i) sum.counts[i] += other.counts[i];
  sum.total += other.total;
}

std::string label_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n')
      escaped += "\\n";
    else
      escaped += c;
  }
  return escaped;
}

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Writes families one after the other, each with its help and type.
class Exposition {
 public:
  Exposition() { out_.precision(12); }

  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = std::string(prefix) + std::string(name);
    out_ << "# HELP " << name_ << ' ' << help << "\n# TYPE " << name_ << ' ' << type << '\n';
  }

  template <class Number>
  void sample(Number value, const std::string& labels = {}) {
    out_ << name_;
    if (!labels.empty()) out_ << '{' << labels << '}';
    out_ << ' ' << value << '\n';
  }

  template <class Number>
  void single(std::string_view name, std::string_view type, std::string_view help, Number value) {
    family(name, type, help);
    sample(value);
  }

  void histogram(const LatencyHistogram& histogram, const std::string& labels = {}) {
    const std::string more = labels.empty() ? "" : labels + ",";
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i + 1 < histogram.counts.size(); ++i) {
      sum += histogram.counts[i];
      out_ << name_ << "_bucket{" << more << "le=\"" << seconds(LatencyHistogram::upper_bound(i))
           << "\"} " << sum << '\n';
    }
    const std::string own = labels.empty() ? "" : "{" + labels + "}";
    out_ << name_ << "_bucket{" << more << "le=\"+Inf\"} " << histogram.count() << '\n'
         << name_ << "_sum" << own << ' ' << seconds(histogram.total) << '\n'
         << name_ << "_count" << own << ' ' << histogram.count() << '\n';
  }

  std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
  std::string name_;
};

std::string labels_of(const MethodMetrics& method) {
  return "class=\"" + label_text(method.class_name) + "\",method=\"" + label_text(method.method) +
         "\"";
}

}  // namespace

std::uint64_t LatencyHistogram::count() const {
  std::uint64_t sum = 0;
  for (const auto count : counts) sum += count;
  return sum;
}

void LatencyCounter::add(std::chrono::nanoseconds duration, bool failed) noexcept {
  counts_[bucket_of(duration)].fetch_add(1, std::memory_order_relaxed);
  total_ns_.fetch_add(duration.count(), std::memory_order_relaxed);
  if (failed) failures_.fetch_add(1, std::memory_order_relaxed);
}

LatencyHistogram LatencyCounter::histogram() const {
  LatencyHistogram result;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    result.counts[i] = counts_[i].load(std::memory_order_relaxed);
  result.total = std::chrono::nanoseconds(total_ns_.load(std::memory_order_relaxed));
  return result;
}

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
    add_to(sum.latency, entry->counter.histogram());
    sum.failures += entry->counter.failures();
  }
  std::vector<MethodMetrics> result;
  result.reserve(sums.size());
  for (auto& [name, sum] : sums) result.push_back(std::move(sum));
  return result;
}

std::string prometheus_text(const GatewayMetrics& metrics) {
  Exposition out;
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
  return out.text();
}

}  // namespace py4cpp
