// SPDX-License-Identifier: Apache-2.0
#include "gateway/commands/custom_commands.hpp"

namespace py4cpp {

namespace {

/// All of them, in either direction, and the line that ends parts.
constexpr std::string_view protocol_letters = "AacdefghijlmprsSz";

bool is_usable(std::string_view name) {
  if (name.find_first_of("\r\n") != std::string_view::npos) return false;
  if (name.find_first_not_of(" \t") == std::string_view::npos) return false;
  return name.front() != wire::answer_mark &&
         (name.size() > 1 || protocol_letters.find(name.front()) == std::string_view::npos);
}

}  // namespace

void check_custom_commands(const GatewayOptions& options) {
  for (const auto& [name, run] : options.custom_commands) {
    if (!is_usable(name))
      throw Error("a custom command cannot be called \"" + name +
                  "\": it needs a word of its own on one line, which does not begin with '!' and "
                  "is none of py4j's letters");
    if (!run) throw Error("the custom command " + name + " has no function");
  }
}

std::optional<Next> run_custom_command(Command& command) {
  const auto& commands = command.core.options.custom_commands;
  const auto found = commands.find(command.line(0));
  if (found == commands.end()) return std::nullopt;
  try {
    answer_value(command.core, command.answer,
                 found->second(command.context, command.lines.subspan(1)));
  } catch (...) {
    answer_current_exception(command.core, command.answer);
  }
  return Next::go_on;
}

}  // namespace py4cpp
