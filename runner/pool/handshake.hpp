// SPDX-License-Identifier: Apache-2.0
//
// The few fields that are exchanged before a worker's first task.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/socket.hpp"
#include "runner/pool/patience.hpp"

namespace py4cpp::runner {

/// The longest text of a handshake: secrets have 64 bytes, answers 2 or 3.
inline constexpr std::int32_t handshake_text_bytes_max = 1024;

/// A stranger that connects to our port and says nothing must not keep the worker waiting.
inline constexpr std::chrono::milliseconds secret_ms_max{3'000};

/// All throw Disconnected at the end of the stream, at the deadline, and on nonsense; those with
/// patience throw TaskCancelled too.
std::int32_t receive_i32(const Fd& socket, const Patience& patience);
std::string receive_text(const Fd& socket, const Patience& patience);
void send_text(const Fd& socket, std::string_view text, Deadline deadline);

std::string_view as_text(std::span<const std::byte> bytes);

/// `text` in quotes with everything unprintable as \xNN, for error texts.
std::string printable(std::string_view text);

}  // namespace py4cpp::runner
