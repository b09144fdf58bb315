// SPDX-License-Identifier: Apache-2.0
#include "runner/cancel_token.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstring>

namespace py4cpp::runner {

CancelToken::CancelToken() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw Error(std::string("cannot make a cancel token: ") + std::strerror(errno));
}

void CancelToken::cancel(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (cancelled()) return;
    reason_ = reason;
    cancelled_.store(true, std::memory_order_release);
  }
  ::eventfd_write(event_.get(), 1);
}

void CancelToken::throw_if_cancelled() const {
  if (!cancelled()) return;
  const std::lock_guard lock(mutex_);
  throw TaskCancelled(reason_);
}

}  // namespace py4cpp::runner
