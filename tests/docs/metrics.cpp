// SPDX-License-Identifier: Apache-2.0
#include "gateway/metrics.hpp"

#include "base/log_levels.hpp"
#include "gateway/gateway.hpp"

void count(const py4cpp::Gateway& gateway) {
  // block 1
}

void choose_levels(py4cpp::GatewayOptions& options, const py4cpp::Log& my_log) {
  // block 2
}
