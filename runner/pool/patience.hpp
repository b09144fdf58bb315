// SPDX-License-Identifier: Apache-2.0
//
// How long somebody waits for a process to answer: until a moment, and until they are told to stop.
#pragma once

#include <cstddef>
#include <span>

#include "base/fd.hpp"
#include "base/socket.hpp"
#include "runner/cancel_token.hpp"

namespace py4cpp::runner {

struct Patience {
  Deadline deadline = no_deadline;
  /// May be null; outlives the wait.
  const CancelToken* cancel = nullptr;
};

/// True when one of the descriptors is readable (or at its end), false at the deadline. An empty
/// second one is passed over. Throws TaskCancelled, and Error when there is nothing to wait with.
bool wait_readable(const Fd& fd, const Patience& patience, const Fd& or_this = {});

/// Fills `bytes` as py4cpp::read_exact does. Throws TaskCancelled as well.
bool read_exact(const Fd& fd, std::span<std::byte> bytes, const Patience& patience);

/// Writes all of `bytes` to a socket as py4cpp::write_all does. Throws TaskCancelled as well.
void write_all(const Fd& socket, std::span<const std::byte> bytes, const Patience& patience);

}  // namespace py4cpp::runner
