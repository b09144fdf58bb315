// SPDX-License-Identifier: Apache-2.0
#include "gateway/types/client_buffers.hpp"

#include <algorithm>
#include <iterator>
#include <new>

namespace py4cpp {

namespace {

/// Each takes a descriptor.
constexpr std::size_t idle_blocks_max = 16;

/// A block serves for what needs at least this part of it.
constexpr std::size_t waste_max = 2;

std::size_t capacity(const void* data) { return detail::shared_block(data).nonce_offset; }

}  // namespace

ClientBuffers::~ClientBuffers() {
  for (void* data : idle_) detail::free_shared(data);
}

std::shared_ptr<SharedBuffer> ClientBuffers::make(const std::shared_ptr<ClientBuffers>& buffers,
                                                  std::size_t size, std::string format,
                                                  std::vector<std::int64_t> shape, bool to_fill) {
  buffers->take(size);
  // From here on the bytes are given back with the last reference, or at once if it fails.
  std::shared_ptr<void> taken(nullptr, [buffers, size](void*) { buffers->give_back(size); });
  void* data = to_fill ? buffers->take_idle(size) : nullptr;
  try {
    if (!data) data = detail::allocate_shared(size);
  } catch (const std::bad_alloc&) {
    throw Error("the system has no room for a shared buffer of " + std::to_string(size) + " bytes");
  }
  std::shared_ptr<void> owner(
      data, [buffers, taken = std::move(taken)](void* memory) { buffers->keep(memory); });
  return SharedBuffer::make(static_cast<std::byte*>(data), size, std::move(owner),
                            std::move(format), std::move(shape));
}

void ClientBuffers::take(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (bytes > options_.client_bytes_max - bytes_)
    throw Overloaded("the client's shared buffers would have more than " +
                     std::to_string(options_.client_bytes_max) +
                     " bytes, the limit (client_bytes_max)");
  if (buffers_ >= options_.client_buffers_max)
    throw Overloaded("the client holds " + std::to_string(buffers_) +
                     " shared buffers, the limit (client_buffers_max)");
  bytes_ += bytes;
  ++buffers_;
}

void ClientBuffers::give_back(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ -= bytes;
  --buffers_;
}

void* ClientBuffers::take_idle(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto suits = [&](const void* data) {
    return capacity(data) >= bytes && capacity(data) / waste_max <= bytes;
  };
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(), suits);
  if (found == idle_.rend()) return nullptr;
  void* const data = *found;
  idle_.erase(std::prev(found.base()));
  idle_bytes_ -= capacity(data);
  return data;
}

void ClientBuffers::keep(void* data) noexcept {
  const std::size_t bytes = capacity(data);
  if (detail::is_exposed(data) || bytes > options_.idle_bytes_max) return detail::free_shared(data);
  const std::lock_guard lock(mutex_);
  while (!idle_.empty() &&
         (idle_bytes_ > options_.idle_bytes_max - bytes || idle_.size() >= idle_blocks_max)) {
    idle_bytes_ -= capacity(idle_.front());
    detail::free_shared(idle_.front());
    idle_.erase(idle_.begin());
  }
  try {
    idle_.push_back(data);
    idle_bytes_ += bytes;
  } catch (const std::bad_alloc&) {
    detail::free_shared(data);
  }
}

}  // namespace py4cpp
