// SPDX-License-Identifier: Apache-2.0
#include "gateway/control/admission.hpp"

#include "base/token.hpp"
#include "gateway/session/answers.hpp"

namespace py4cpp {

namespace {

constexpr std::string_view refused_token = "Authentication error: bad auth token received.";
constexpr std::string_view missing_token = "Authentication error: unexpected command.";

Verdict refusal(std::string_view text) {
  Verdict verdict;
  answer_error(verdict.answer, text);
  return verdict;
}

}  // namespace

Verdict judge_first(const wire::Message& message, const GatewayOptions& options) {
  if (message.name() != "A") return refusal(missing_token);
  const std::string_view shown = message.lines.size() < 2 ? std::string_view() : message.lines[1];
  if (!equal_in_constant_time(shown, wire::escaped(options.token))) return refusal(refused_token);
  Verdict verdict{true, {}};
  answer_void(verdict.answer);
  return verdict;
}

Verdict judge_again(const wire::Message& message, const GatewayOptions& options) {
  if (options.authenticate) return judge_first(message, options);
  Verdict verdict{true, {}};
  answer_void(verdict.answer);
  return verdict;
}

}  // namespace py4cpp
