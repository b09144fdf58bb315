// SPDX-License-Identifier: Apache-2.0
//
// Memory that another process of the same user can map: a std::vector whose elements live in an
// anonymous file (memfd). bulk.hpp hands such vectors to Python without a copy.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <new>
#include <type_traits>
#include <vector>

namespace py4cpp {

namespace detail {

/// What another process needs to find a block and to be sure that it is the right one.
struct SharedBlock {
  int fd = -1;  // Of the file; the elements begin at its first byte.
  std::size_t bytes = 0;
  std::array<unsigned char, 16> nonce{};  // Also stands in the file, at `nonce_offset`.
  std::size_t nonce_offset = 0;
  bool was_exposed = false;  // Another process may have mapped it; see mark_exposed().
};

/// Zeroed memory that begins a page. Throws std::bad_alloc when the system has no memory, address
/// space or descriptor left.
void* allocate_shared(std::size_t bytes);
void free_shared(void* data) noexcept;
/// The block that allocate_shared made; it may not be asked about any other memory.
const SharedBlock& shared_block(const void* data);
/// Remembers that another process was told how to map the block, so that the memory is never used
/// for anything else. Any thread.
void mark_exposed(const void* data) noexcept;
bool is_exposed(const void* data) noexcept;

}  // namespace detail

/// Puts each allocation into a file of its own, which takes a descriptor and a few pages: made for
/// few large vectors. Processes that have mapped the memory keep it beyond its end here.
template <class T>
struct SharedAllocator {
  static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>,
                "py4cpp: shared memory holds plain values only; another process reads them");
  using value_type = T;

  SharedAllocator() = default;
  template <class U>
  SharedAllocator(const SharedAllocator<U>&) {}

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T))
      throw std::bad_array_new_length();
    return static_cast<T*>(detail::allocate_shared(count * sizeof(T)));
  }
  void deallocate(T* data, std::size_t) noexcept { detail::free_shared(data); }

  friend bool operator==(const SharedAllocator&, const SharedAllocator&) { return true; }
};

/// A vector that numpy can map. Reserve its size: each growth is a new file and a copy.
template <class T>
using shared_vector = std::vector<T, SharedAllocator<T>>;

}  // namespace py4cpp
