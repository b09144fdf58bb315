// SPDX-License-Identifier: Apache-2.0
//
// A file descriptor with one owner. Every descriptor that py4cpp opens is close-on-exec.
#pragma once

#include <unistd.h>

#include <utility>

namespace py4cpp {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  /// Gives the descriptor away; the caller closes it.
  int release() { return std::exchange(fd_, -1); }

  /// Closes the descriptor now. Does nothing when there is none.
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace py4cpp
