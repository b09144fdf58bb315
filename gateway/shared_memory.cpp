// SPDX-License-Identifier: Apache-2.0
//
// A block is three mappings in a row: a private page with its SharedBlock, which no other process
// can spoil; the elements; and a page of the same file that begins with the nonce.
#include "gateway/shared_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "base/fd.hpp"

namespace py4cpp::detail {

namespace {

constexpr std::size_t page_bytes = 4096;

std::size_t whole_pages(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) throw std::bad_alloc();
  return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}

std::byte* block_start(const void* data) {
  return static_cast<std::byte*>(const_cast<void*>(data)) - page_bytes;
}

/// Address space that is given back unless somebody takes it.
class Reservation {
 public:
  explicit Reservation(std::size_t bytes)
      : start_(
            ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)),
        bytes_(bytes) {
    if (start_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~Reservation() {
    if (start_) ::munmap(start_, bytes_);
  }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

  std::byte* start() const { return static_cast<std::byte*>(start_); }
  void release() { start_ = nullptr; }

 private:
  void* start_;
  const std::size_t bytes_;
};

}  // namespace

void* allocate_shared(std::size_t bytes) {
  const std::size_t data_bytes = whole_pages(std::max<std::size_t>(bytes, 1));
  const std::size_t file_bytes = data_bytes + page_bytes;
  SharedBlock block;
  block.bytes = bytes;
  block.nonce_offset = data_bytes;
  if (::getrandom(block.nonce.data(), block.nonce.size(), 0) !=
      static_cast<ssize_t>(block.nonce.size()))
    throw std::bad_alloc();
  Fd fd(::memfd_create("py4cpp", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  // Sealed, because another process that made the file shorter would end this one with SIGBUS.
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(file_bytes)) != 0 ||
      ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    throw std::bad_alloc();

  Reservation space(page_bytes + file_bytes);
  std::byte* const data = space.start() + page_bytes;
  const bool is_mapped =
      ::mprotect(space.start(), page_bytes, PROT_READ | PROT_WRITE) == 0 &&
      ::mmap(data, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd.get(), 0) == data;
  if (!is_mapped) throw std::bad_alloc();
  std::memcpy(data + data_bytes, block.nonce.data(), block.nonce.size());
  block.fd = fd.release();
  new (space.start()) SharedBlock(block);
  space.release();
  return data;
}

void free_shared(void* data) noexcept {
  const SharedBlock block = shared_block(data);
  ::close(block.fd);
  ::munmap(block_start(data), page_bytes + block.nonce_offset + page_bytes);
}

const SharedBlock& shared_block(const void* data) {
  return *std::launder(reinterpret_cast<const SharedBlock*>(block_start(data)));
}

void mark_exposed(const void* data) noexcept {
  auto& block = *std::launder(reinterpret_cast<SharedBlock*>(block_start(data)));
  std::atomic_ref(block.was_exposed).store(true);
}

bool is_exposed(const void* data) noexcept {
  auto& block = *std::launder(reinterpret_cast<SharedBlock*>(block_start(data)));
  return std::atomic_ref(block.was_exposed).load();
}

}  // namespace py4cpp::detail
