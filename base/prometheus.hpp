// SPDX-License-Identifier: Apache-2.0
//
// Prometheus' text format (version 0.0.4): families of samples, each with its help and type.
#pragma once

#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "histogram.hpp"

namespace py4cpp {

/// `text` as it stands between the quotes of a label.
std::string label_text(std::string_view text);

/// Writes families one after the other. One thread.
class Exposition {
 public:
  /// Every family's name begins with `prefix`, "py4cpp_gateway_".
  explicit Exposition(std::string_view prefix);

  /// Begins a family; samples that follow belong to it. `type` is "counter", "gauge" or
  /// "histogram".
  void family(std::string_view name, std::string_view type, std::string_view help);

  /// `labels` is `name="value",...`, with values made by `label_text`.
  template <class Number>
  void sample(Number value, const std::string& labels = {}) {
    out_ << name_;
    if (!labels.empty()) out_ << '{' << labels << '}';
    out_ << ' ' << value << '\n';
  }

  /// A family of one sample.
  template <class Number>
  void single(std::string_view name, std::string_view type, std::string_view help, Number value) {
    family(name, type, help);
    sample(value);
  }

  /// All samples of a histogram, in seconds.
  template <std::int64_t first_ns, std::size_t buckets>
  void histogram(const Histogram<first_ns, buckets>& histogram, const std::string& labels = {}) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i + 1 < histogram.counts.size(); ++i) {
      sum += histogram.counts[i];
      bucket(histogram.upper_bound(i), sum, labels);
    }
    end_histogram(histogram.count(), histogram.total, labels);
  }

  std::string text() const { return out_.str(); }

 private:
  void bucket(std::chrono::nanoseconds upper_bound, std::uint64_t count, const std::string& labels);
  void end_histogram(std::uint64_t count, std::chrono::nanoseconds total,
                     const std::string& labels);

  const std::string prefix_;
  std::ostringstream out_;
  std::string name_;
};

}  // namespace py4cpp
