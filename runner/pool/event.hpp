// SPDX-License-Identifier: Apache-2.0
//
// Something that happens once, which threads can wait for together with descriptors.
#pragma once

#include <sys/eventfd.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace py4cpp::runner {

/// Any thread.
class Event {
 public:
  /// Throws Error when the process has no descriptor left.
  Event() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!fd_) throw Error(std::string("cannot make an event: ") + std::strerror(errno));
  }

  void set() { ::eventfd_write(fd_.get(), 1); }

  /// Becomes readable, for good, when set. For poll sets; do not read it.
  const Fd& fd() const { return fd_; }

 private:
  Fd fd_;
};

}  // namespace py4cpp::runner
