// SPDX-License-Identifier: Apache-2.0
//
// The shared buffers that clients ask for: a bound on all of them together, and the memory of those
// they let go of, kept for the next ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/bulk.hpp"

namespace py4cpp {

/// Any thread.
class ClientBuffers {
 public:
  explicit ClientBuffers(BulkOptions options) : options_(options) {}
  ~ClientBuffers();
  ClientBuffers(const ClientBuffers&) = delete;
  ClientBuffers& operator=(const ClientBuffers&) = delete;

  /// A new buffer. Its memory is zeroed, or any that served a client before when the client is
  /// going to fill it. Throws Overloaded beyond the bounds, Error when the system has no memory.
  static std::shared_ptr<SharedBuffer> make(const std::shared_ptr<ClientBuffers>& buffers,
                                            std::size_t size, std::string format,
                                            std::vector<std::int64_t> shape, bool to_fill);

 private:
  void take(std::size_t bytes);
  void give_back(std::size_t bytes);
  /// Memory that suits, or null.
  void* take_idle(std::size_t bytes);
  /// Keeps the memory, or frees it.
  void keep(void* data) noexcept;

  const BulkOptions options_;
  std::mutex mutex_;  // Guards what follows.
  std::size_t bytes_ = 0;
  std::size_t buffers_ = 0;
  std::vector<void*> idle_;  // The one that waits longest first.
  std::size_t idle_bytes_ = 0;
};

}  // namespace py4cpp
