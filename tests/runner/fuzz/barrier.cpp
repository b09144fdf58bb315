// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes requests to a barrier server: however their bytes are cut, they are the same requests, and
// what the rounds make of them ends in answers that are as long as the messages. The first byte
// of the input is the size of a piece.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "runner/barrier/barrier_request.hpp"
#include "runner/barrier/barrier_rounds.hpp"

namespace {

using namespace py4cpp::runner;

constexpr std::size_t message_bytes_max = 100;

std::vector<std::string> read(std::span<const std::byte> bytes, const char* secret,
                              std::size_t piece) {
  BarrierRequestParser parser(secret, message_bytes_max);
  std::vector<std::string> seen;
  for (;;) {
    switch (parser.next()) {
      case BarrierEvent::more:
        if (bytes.empty()) return seen;
        parser.feed(bytes.first(std::min(piece, bytes.size())));
        bytes = bytes.subspan(std::min(piece, bytes.size()));
        break;
      case BarrierEvent::authenticated:
        seen.emplace_back("authenticated");
        break;
      case BarrierEvent::request:
        if (parser.request().message.size() > message_bytes_max) std::abort();
        seen.push_back("request " + parser.request().message);
        break;
      case BarrierEvent::violation:
        return seen.emplace_back("violation"), seen;
    }
  }
}

// Without the requests before it: bytes that follow one are a violation at once if they come along
// with it, and a moment later if not.
std::string last(const std::vector<std::string>& seen) { return seen.empty() ? "" : seen.back(); }

void play(std::span<const std::byte> bytes) {
  BarrierRounds rounds(3);
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<std::size_t>(byte);
    const std::size_t task = value % 3;
    if (value >= 0xf0) {
      rounds.leave(task);
      continue;
    }
    const auto call = (value & 4) != 0 ? BarrierCall::all_gather : BarrierCall::barrier;
    const auto arrival = rounds.arrive(task, {call, std::string(value, 'x')});
    if (arrival == BarrierRounds::Arrival::last && rounds.take_answer().size() < 8) std::abort();
    if (arrival == BarrierRounds::Arrival::failed && rounds.failure().empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
  for (const char* secret : {"", "secret"}) {
    if (last(read(bytes, secret, 1 + data[0])) != last(read(bytes, secret, 4'096))) std::abort();
  }
  play(bytes);
  return 0;
}
