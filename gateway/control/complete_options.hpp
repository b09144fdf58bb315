// SPDX-License-Identifier: Apache-2.0
//
// From the options that an embedder gives to those that a gateway works with.
#pragma once

#include "gateway/gateway.hpp"

namespace py4cpp {

/// The longest time that an option can mean; more of it is cut off, because clocks cannot count as
/// far as milliseconds::max().
inline constexpr std::chrono::hours option_time_max{24 * 365};

/// The longest time that a thread looks for bytes before it sleeps; more of it is cut off.
inline constexpr std::chrono::milliseconds spin_time_max{10};

/// With a token, unless there is to be none, and times that clocks can count. Throws Error, with
/// what to do, for options that cannot work.
GatewayOptions complete_options(GatewayOptions options);

}  // namespace py4cpp
