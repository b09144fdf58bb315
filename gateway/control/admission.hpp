// SPDX-License-Identifier: Apache-2.0
//
// What a client must say first: the command `A` with the token.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/gateway.hpp"
#include "gateway/metrics.hpp"
#include "gateway/wire/command_reader.hpp"

namespace py4cpp {

/// Before a client has shown the token it gets one short line's worth of memory.
inline constexpr wire::CommandReader::Limits limits_before_token{4096, 16};

/// So long may a token be, in its escaped form, between the command and the end of its line.
inline constexpr std::size_t token_bytes_max =
    limits_before_token.bytes_max - std::string_view("A\n\n").size();

struct Verdict {
  std::optional<Refusal> refusal;  // Nothing when the client is let in.
  std::string answer;
};

/// Judges a client's first message. All wrong tokens are answered alike and take the same time.
Verdict judge_first(const wire::Message& message, const GatewayOptions& options);

/// The same for a client that says `A` again later, which is harmless when it is right.
Verdict judge_again(const wire::Message& message, const GatewayOptions& options);

}  // namespace py4cpp
