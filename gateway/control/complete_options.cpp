// SPDX-License-Identifier: Apache-2.0
#include "gateway/control/complete_options.hpp"

#include <algorithm>
#include <string>

#include "base/token.hpp"
#include "gateway/commands/custom_commands.hpp"
#include "gateway/control/admission.hpp"

namespace py4cpp {

namespace {

struct Time {
  const char* name;
  std::chrono::milliseconds GatewayOptions::*value;
};

constexpr Time times[] = {
    {"orphans_ms_max", &GatewayOptions::orphans_ms_max},
    {"authentication_ms_max", &GatewayOptions::authentication_ms_max},
    {"read_ms_max", &GatewayOptions::read_ms_max},
    {"callback_connect_ms_max", &GatewayOptions::callback_connect_ms_max},
    {"callback_listen_ms_max", &GatewayOptions::callback_listen_ms_max},
    {"callback_read_ms_max", &GatewayOptions::callback_read_ms_max},
    {"callback_idle_ms_max", &GatewayOptions::callback_idle_ms_max},
    {"release_ms_max", &GatewayOptions::release_ms_max},
};

template <class Duration>
void complete_time(const std::string& name, Duration& time, Duration time_max, const char* unit) {
  if (time.count() < 0)
    throw Error("the option " + name + " is negative (" + std::to_string(time.count()) + " " +
                unit + "); what zero means there, gateway.hpp says");
  time = std::min(time, time_max);
}

void complete_times(GatewayOptions& options) {
  using std::chrono::microseconds, std::chrono::milliseconds;
  for (const auto& [name, value] : times)
    complete_time<milliseconds>(name, options.*value, option_time_max, "ms");
  complete_time<microseconds>("spin_us_max", options.spin_us_max, spin_time_max, "us");
}

void complete_token(GatewayOptions& options) {
  if (!options.authenticate)
    options.token.clear();
  else if (options.token.empty())
    options.token = random_token();
  const std::size_t size = wire::escaped(options.token).size();
  if (size > token_bytes_max)
    throw Error("no client could present a token of " + std::to_string(size) +
                " bytes; give one of " + std::to_string(token_bytes_max) +
                " at most, or none for a random one");
}

void check_nonce(const GatewayOptions& options) {
  const auto& nonce = options.object_id_nonce;
  if (nonce && nonce->find_first_not_of("0123456789") != std::string::npos)
    throw Error("the option object_id_nonce may hold digits only, not \"" + *nonce +
                "\"; leave it out for random ones");
}

}  // namespace

GatewayOptions complete_options(GatewayOptions options) {
  check_custom_commands(options);
  check_nonce(options);
  complete_times(options);
  complete_token(options);
  return options;
}

}  // namespace py4cpp
