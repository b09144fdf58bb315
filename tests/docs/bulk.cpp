// SPDX-License-Identifier: Apache-2.0
#include <py4cpp/bulk.hpp>

struct Market {
  std::size_t size() const;
  void fill(std::span<double> prices) const;
};

double mean(std::span<const double> values);

// block 1
