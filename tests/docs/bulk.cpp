// SPDX-License-Identifier: Apache-2.0
#include "gateway/bulk.hpp"

struct Market {
  std::size_t size() const;
  void fill(std::span<double> prices) const;
};

double mean(std::span<const double> values);

// block 1
