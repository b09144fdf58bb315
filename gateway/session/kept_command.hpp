// SPDX-License-Identifier: Apache-2.0
//
// A command that is served later, with lines of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/command_reader.hpp"

namespace py4cpp {

class KeptCommand {
 public:
  explicit KeptCommand(const wire::Message& message)
      : text_(message.lines.begin(), message.lines.end()), lines_(text_.begin(), text_.end()) {}
  KeptCommand(KeptCommand&&) = default;

  /// Valid while this lives, also after it was moved.
  wire::Message message() const { return {lines_}; }

 private:
  std::vector<std::string> text_;
  std::vector<std::string_view> lines_;
};

}  // namespace py4cpp
