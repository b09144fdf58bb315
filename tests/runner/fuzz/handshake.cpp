// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes what a daemon or a worker says before its first task, and a line that it prints: whatever
// it is, the handshake ends with a number, a text or Disconnected, and the line has a place; and
// however its bytes arrive, they are the same lines.
#include "runner/pool/handshake.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "runner/pool/output_line.hpp"
#include "runner/pool/output_log.hpp"

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

std::vector<std::pair<std::string, LinePart>> lines_of(std::string_view text, std::size_t piece) {
  constexpr LineBounds bounds{.line_bytes_max = 30, .record_bytes_max = 40};
  std::vector<std::pair<std::string, LinePart>> lines;
  OutputLog log(0, [&](std::string_view line, LinePart part) {
    if (line.size() > bounds.record_bytes_max) std::abort();
    lines.emplace_back(line, part);
  });
  LineSplitter splitter(log, bounds);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    splitter.feed(text.substr(0, piece));
  }
  splitter.finish();
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  shake_hands(bytes);
  sort_line(as_text(bytes));
  if (lines_of(as_text(bytes), 1) != lines_of(as_text(bytes), 7)) std::abort();
  return 0;
}
