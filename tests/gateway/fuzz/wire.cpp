// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes how bytes are cut into commands: however they are cut into pieces themselves, the commands
// are the same. The first byte of the input is the size of a piece.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/command_reader.hpp"

namespace {

using namespace py4cpp::wire;

/// All lines of all commands, and at the end what was wrong.
std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
  CommandReader reader({1'000, 50}, [](std::string_view name) { return name == "custom"; });
  std::vector<std::string> seen;
  while (!bytes.empty()) {
    const auto space = reader.space();
    if (space.empty()) std::abort();
    const std::size_t count = std::min({piece, space.size(), bytes.size()});
    std::copy_n(bytes.begin(), count, space.begin());
    reader.filled(count);
    bytes.remove_prefix(count);
    for (;;) {
      const auto message = reader.next();
      if (!message) return seen.push_back(message.error().message()), seen;
      if (!*message) break;
      for (const auto line : (*message)->lines) seen.emplace_back(line);
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (read(bytes, 1 + data[0]) != read(bytes, 4'096)) std::abort();
  return 0;
}
