// SPDX-License-Identifier: Apache-2.0
//
// A C++ program with arrays in shared memory, for the tests of the Python package. It takes the
// command line of py4j's own server, and says at its end what is left.
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>
#include <string>

#include "gateway/bulk.hpp"
#include "gateway/metrics.hpp"
#include "gateway/server_main.hpp"
#include "left.hpp"

namespace {

using namespace py4cpp;

class Lab {
 public:
  /// 0, 1, 2, ...
  shared_vector<double> ramp(std::int64_t count) const {
    shared_vector<double> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), 0.0);
    return values;
  }
  std::shared_ptr<SharedBuffer> matrix() const {
    return SharedBuffer::of(shared_vector<std::int32_t>{1, 2, 3, 4, 5, 6}, {2, 3});
  }
  std::size_t size_of_bytes(const Bytes& bytes) const { return bytes.size(); }
  Bytes plain_bytes(std::int64_t count) const { return Bytes(static_cast<std::size_t>(count)); }
  std::vector<double> plain_doubles(std::int64_t count) const {
    return std::vector<double>(static_cast<std::size_t>(count), 0.5);
  }
  std::vector<std::int32_t> plain_ints() const { return {1, -2, 3}; }
  std::vector<std::int64_t> plain_longs() const { return {1, std::int64_t{1} << 40}; }
  std::vector<float> plain_floats() const { return {0.5F, 1.5F}; }
  std::vector<std::uint8_t> plain_small() const { return {0, 255}; }
  std::vector<std::uint64_t> plain_huge() const { return {~std::uint64_t{0}, 1}; }
  std::vector<bool> plain_flags() const { return {true, false}; }
  Array<double> plain_array() const { return {{1.5, 2.5}}; }
  double sum_of_list(const std::vector<double>& values) const { return sum(values); }
  double sum_of_floats(const std::vector<float>& values) const {
    return std::accumulate(values.begin(), values.end(), 0.0);
  }
  std::int64_t sum_of_ints(const std::vector<std::int32_t>& values) const {
    return std::accumulate(values.begin(), values.end(), std::int64_t{0});
  }
  std::uint64_t greatest(const std::vector<std::uint64_t>& values) const {
    return *std::max_element(values.begin(), values.end()) >> 1;
  }
  std::int64_t count_true(const std::vector<bool>& values) const {
    return std::count(values.begin(), values.end(), true);
  }
  std::vector<double> history;

  double sum(std::span<const double> values) const {
    return std::accumulate(values.begin(), values.end(), 0.0);
  }
  std::int64_t sum_of_longs(std::span<const std::int64_t> values) const {
    return std::accumulate(values.begin(), values.end(), std::int64_t{0});
  }
  std::size_t count_copied(const shared_vector<double>& values) const { return values.size(); }
  void negate(std::span<double> values) const {
    for (double& value : values) value = -value;
  }
  std::int64_t checksum(const SharedBuffer& buffer) const { return checksum_of(buffer.bytes()); }
  std::int64_t checksum_of(std::span<const std::byte> bytes) const {
    std::int64_t sum = 0;
    for (const std::byte byte : bytes) sum += std::to_integer<int>(byte);
    return sum;
  }

  double twice(const std::function<double(double)>& function, double value) const {
    return function(function(value));
  }
  Value apply(const Proxy& proxy, const std::string& text) const {
    return proxy.call("apply", {text});
  }
};

int run(int count, char** words) {
  Registry registry;
  bind_bulk(registry, {.client_bytes_max = std::size_t{2} << 30});
  registry.interface("test.Op");
  registry.type<Lab>("test.Lab")
      .method("ramp", &Lab::ramp)
      .method("matrix", &Lab::matrix)
      .method("plain_bytes", &Lab::plain_bytes)
      .method("plain_doubles", &Lab::plain_doubles)
      .method("plain_ints", &Lab::plain_ints)
      .method("plain_longs", &Lab::plain_longs)
      .method("plain_floats", &Lab::plain_floats)
      .method("plain_small", &Lab::plain_small)
      .method("plain_huge", &Lab::plain_huge)
      .method("plain_flags", &Lab::plain_flags)
      .method("plain_array", &Lab::plain_array)
      .method("length_of_list",
              [](const Lab&, const std::vector<double>& values) { return values.size(); })
      .method("sum_of_list", &Lab::sum_of_list)
      .method("sum_of_floats", &Lab::sum_of_floats)
      .method("sum_of_ints", &Lab::sum_of_ints)
      .method("greatest", &Lab::greatest)
      .method("count_true", &Lab::count_true)
      .method("kind", [](const Lab&, const std::vector<int>&) { return "ints"; })
      .method("kind", [](const Lab&, const std::vector<double>&) { return "doubles"; })
      .field("history", &Lab::history)
      .method("size_of_bytes", &Lab::size_of_bytes)
      .method("sum", &Lab::sum)
      .method("sum_of_longs", &Lab::sum_of_longs)
      .method("count_copied", &Lab::count_copied)
      .method("negate", &Lab::negate)
      .method("checksum", &Lab::checksum)
      .method("checksum_of", &Lab::checksum_of)
      .method("apply", &Lab::apply)
      .method("never_return",
              [](const Lab&) {
                for (;;) ::pause();
              })
      .method("twice", &Lab::twice)
      .method("metrics",
              [](const Lab&, CallContext& context) {
                return prometheus_text(context.gateway().metrics());
              })
      .method("held", [](const Lab&, CallContext& context) { return held_by_both_sides(context); });
  return run_server_main(count, words, registry, {.entry_point = std::make_shared<Lab>()});
}

}  // namespace

int main(int count, char** words) { return tell_what_is_left(run(count, words)); }
