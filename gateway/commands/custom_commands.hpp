// SPDX-License-Identifier: Apache-2.0
//
// Commands that the embedder added to the protocol's own: a name on the first line, then lines of
// the embedder's choice up to a line `e`.
#pragma once

#include <optional>

#include "gateway/commands/commands.hpp"

namespace py4cpp {

/// Throws Error when a name cannot be told from the protocol's own commands.
void check_custom_commands(const GatewayOptions& options);

/// Runs the command if it is a custom one; nothing when nobody added it.
std::optional<Next> run_custom_command(Command& command);

}  // namespace py4cpp
