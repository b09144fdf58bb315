// SPDX-License-Identifier: Apache-2.0
#include "base/prometheus.hpp"

namespace py4cpp {
namespace {

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

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

Exposition::Exposition(std::string_view prefix) : prefix_(prefix) { out_.precision(12); }

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = prefix_ + std::string(name);
  out_ << "# HELP " << name_ << ' ' << help << "\n# TYPE " << name_ << ' ' << type << '\n';
}

void Exposition::bucket(std::chrono::nanoseconds upper_bound, std::uint64_t count,
                        const std::string& labels) {
  out_ << name_ << "_bucket{" << labels << (labels.empty() ? "" : ",") << "le=\""
       << seconds(upper_bound) << "\"} " << count << '\n';
}

void Exposition::end_histogram(std::uint64_t count, std::chrono::nanoseconds total,
                               const std::string& labels) {
  const std::string own = labels.empty() ? "" : "{" + labels + "}";
  out_ << name_ << "_bucket{" << labels << (labels.empty() ? "" : ",") << "le=\"+Inf\"} " << count
       << '\n'
       << name_ << "_sum" << own << ' ' << seconds(total) << '\n'
       << name_ << "_count" << own << ' ' << count << '\n';
}

}  // namespace py4cpp
