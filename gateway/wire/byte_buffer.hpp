// SPDX-License-Identifier: Apache-2.0
//
// Bytes that grow without being cleared first and, when they are many, without being copied: what a
// std::string does to a megabyte costs more than reading it from the socket.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace py4cpp {

class ByteBuffer {
 public:
  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }

  /// Keeps what is there; what is added has any content. Throws std::bad_alloc.
  void grow(std::size_t size) {
    void* const moved = std::realloc(bytes_.get(), size);
    if (!moved) throw std::bad_alloc();
    static_cast<void>(bytes_.release());
    bytes_.reset(static_cast<char*>(moved));
    size_ = size;
  }
  /// Gives the memory back.
  void clear() {
    bytes_.reset();
    size_ = 0;
  }

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  std::unique_ptr<char[], Free> bytes_;
  std::size_t size_ = 0;
};

}  // namespace py4cpp
