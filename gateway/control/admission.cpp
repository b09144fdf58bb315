// SPDX-License-Identifier: Apache-2.0
#include "gateway/control/admission.hpp"

#include "base/token.hpp"
#include "gateway/session/answers.hpp"

namespace py4cpp {

namespace {

constexpr std::string_view refused_token = "Authentication error: bad auth token received.";
constexpr std::string_view missing_token = "Authentication error: unexpected command.";

Verdict refused(Refusal refusal, std::string_view text) {
  Verdict verdict{refusal, {}};
  answer_error(verdict.answer, text);
  return verdict;
}

Verdict admitted() {
  Verdict verdict;
  answer_void(verdict.answer);
  return verdict;
}

}  // namespace

Verdict judge_first(const wire::Message& message, const GatewayOptions& options) {
  if (message.name() != "A") return refused(Refusal::no_token, missing_token);
  const std::string_view shown = message.lines.size() < 2 ? std::string_view() : message.lines[1];
  const bool is_right = equal_in_constant_time(shown, wire::escaped(options.token));
  return is_right ? admitted() : refused(Refusal::wrong_token, refused_token);
}

Verdict judge_again(const wire::Message& message, const GatewayOptions& options) {
  return options.authenticate ? judge_first(message, options) : admitted();
}

}  // namespace py4cpp
