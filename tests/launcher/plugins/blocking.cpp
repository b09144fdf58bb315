// SPDX-License-Identifier: Apache-2.0
//
// A plugin with a function that never returns, whatever becomes of its caller.
#include <condition_variable>
#include <mutex>
#include <py4cpp/registry.hpp>

namespace {

void forever() {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable().wait(lock, [] { return false; });
}

}  // namespace

void bind(py4cpp::Registry& registry) {
  registry.type("com.example.Blocking").static_method("forever", &forever);
}
