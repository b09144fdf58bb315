// SPDX-License-Identifier: Apache-2.0
#include "runner/pool/patience.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/error.hpp"

namespace py4cpp::runner {
namespace {

int left_ms(Deadline deadline) {
  if (deadline == no_deadline) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
}

bool wait_for(const Fd& fd, short events, const Patience& patience, const Fd& or_this) {
  for (;;) {
    const int wait_ms = left_ms(patience.deadline);
    std::array<pollfd, 3> entries{{{fd.get(), events, 0},
                                   {or_this.get(), POLLIN, 0},
                                   {patience.cancel ? patience.cancel->fd() : -1, POLLIN, 0}}};
    const int ready = ::poll(entries.data(), entries.size(), wait_ms);
    if (ready < 0 && errno != EINTR) {
      throw Error(std::string("poll failed: ") + std::strerror(errno));
    }
    if (patience.cancel) patience.cancel->throw_if_cancelled();
    if (ready > 0) return true;
    if (ready == 0 && wait_ms < INT_MAX) return false;
  }
}

}  // namespace

bool wait_readable(const Fd& fd, const Patience& patience, const Fd& or_this) {
  return wait_for(fd, POLLIN, patience, or_this);
}

bool read_exact(const Fd& fd, std::span<std::byte> bytes, const Patience& patience) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    if (!wait_readable(fd, patience)) throw Disconnected("no data came in time");
    const ssize_t count = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (count == 0) {
      if (done == 0) return false;
      throw Disconnected("the stream ended after " + std::to_string(done) + " of " +
                         std::to_string(bytes.size()) + " bytes");
    } else if (errno != EINTR && errno != EAGAIN) {
      throw Disconnected(std::string("cannot read: ") + std::strerror(errno));
    }
  }
  return true;
}

void write_all(const Fd& socket, std::span<const std::byte> bytes, const Patience& patience) {
  while (!bytes.empty()) {
    if (!wait_for(socket, POLLOUT, patience, {})) {
      throw Disconnected("the reader took no data in time");
    }
    const ssize_t count =
        ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (errno != EINTR && errno != EAGAIN) {
      throw Disconnected(std::string("cannot write: ") + std::strerror(errno));
    }
  }
}

}  // namespace py4cpp::runner
