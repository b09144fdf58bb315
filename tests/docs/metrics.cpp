// SPDX-License-Identifier: Apache-2.0
#include <py4cpp/base/log_levels.hpp>
#include <py4cpp/gateway.hpp>
#include <py4cpp/metrics.hpp>

void count(const py4cpp::Gateway& gateway) {
  // block 1
}

void choose_levels(py4cpp::GatewayOptions& options, const py4cpp::Log& my_log) {
  // block 2
}
