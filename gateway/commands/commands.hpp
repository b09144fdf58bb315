// SPDX-License-Identifier: Apache-2.0
//
// The commands that Python sends: one function for each, found through one table. A command reads
// its lines, does its work and leaves exactly one answer (or none, where the protocol has none).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/call_context.hpp"
#include "gateway/session/answers.hpp"
#include "gateway/session/core.hpp"
#include "gateway/stream.hpp"
#include "gateway/wire/command_reader.hpp"

namespace py4cpp {

/// What becomes of the connection after a command.
enum class Next { go_on, close, shut_down };

/// One command while it runs. Its lines die when bound code runs, because bound code may call
/// Python back over the same connection; so a command reads all it needs first.
struct Command {
  Core& core;
  CallContext& context;
  std::span<const std::string_view> lines;
  std::string& answer;
  /// Raw bytes that follow the answer.
  std::shared_ptr<Stream> stream{};

  std::string_view line(std::size_t index) const {
    return index < lines.size() ? lines[index] : std::string_view();
  }
  std::string_view sub_command() const { return line(1); }

  /// Reads the parts from line `first` on. On failure the answer is written, `next` says what
  /// happens to the connection, and nothing is returned.
  std::optional<std::vector<Value>> arguments(std::size_t first, Next& next);
};

/// Runs one command other than `A`, which belongs to the session. Nothing is thrown.
Next run_command(Command& command);

/// The commands, by file.
Next run_array_command(Command& command);       // a
Next run_list_command(Command& command);        // l
Next run_reflection_command(Command& command);  // r
Next run_view_command(Command& command);        // j
Next run_dir_command(Command& command);         // d
Next run_help_command(Command& command);        // h

/// Answers that the sub-command is not known.
Next refuse_sub_command(Command& command);

}  // namespace py4cpp
