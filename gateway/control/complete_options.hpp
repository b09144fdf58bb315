// SPDX-License-Identifier: Apache-2.0
//
// From the options that an embedder gives to those that a gateway works with.
#pragma once

#include "gateway/gateway.hpp"

namespace py4cpp {

/// The longest time that an option can mean; more of it is cut off, because clocks cannot count as
/// far as milliseconds::max().
inline constexpr std::chrono::hours option_time_max{24 * 365};

/// With a token, unless there is to be none, and times that clocks can count. Throws Error, with
/// what to do, for options that cannot work.
GatewayOptions complete_options(GatewayOptions options);

}  // namespace py4cpp
