// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes what a daemon or a worker says before its first task, and a line that it prints: whatever
// it is, the handshake ends with a number, a text or Disconnected, and the line has a place.
#include "runner/pool/handshake.hpp"

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.hpp"
#include "runner/pool/output_line.hpp"

namespace {

using namespace py4cpp;
using namespace py4cpp::runner;

void shake_hands(std::span<const std::byte> bytes) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
  const Fd ours(ends[0]);
  Fd theirs(ends[1]);
  write_all(theirs, bytes);
  theirs.reset();
  try {
    receive_i32(ours, {});
    for (;;) {
      if (receive_text(ours, {}).size() > handshake_text_bytes_max) std::abort();
    }
  } catch (const Disconnected&) {
    // The only way out.
  }
}

void sort_line(std::string_view text) {
  TaskNames tasks;
  tasks.begin(17, 4711);
  const auto line = output_line(text, LinePart::whole, 0, tasks);
  if (!line) return;
  if (line->text.size() > text.size() || !text.ends_with(line->text)) std::abort();
  if (line->is_record != (line->worker_pid > 0)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  shake_hands(bytes);
  sort_line(as_text(bytes));
  return 0;
}
