// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <csignal>

namespace py4cpp::runner {

/// For the begin of a thread of ours: signals are the embedder's business, on the embedder's
/// threads.
inline void block_signals() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace py4cpp::runner
