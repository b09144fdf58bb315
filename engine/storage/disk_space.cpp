// SPDX-License-Identifier: Apache-2.0
//
// Temporary files: every failure names the path, because a full temporary folder is the failure
// that users meet.
#include "engine/storage/disk_space.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace py4cpp::engine {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path, int error) {
  std::string text = what + " " + path + ": " + std::strerror(error);
  if (error == ENOSPC || error == EDQUOT) {
    text += "; free space there or set spark.local.dir to another folder";
  }
  throw Error(text);
}

}  // namespace

std::string DiskSpace::new_path(std::string_view prefix) {
  const std::uint64_t number = next_.fetch_add(1, std::memory_order_relaxed);
  return (root_ / (std::string(prefix) + "-" + std::to_string(number))).string();
}

TempFile::TempFile(DiskSpace& disk, std::string_view prefix)
    : path_(disk.new_path(prefix)),
      fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
  if (!fd_) fail("cannot make", path_, errno);
}

TempFile::~TempFile() { ::unlink(path_.c_str()); }

void TempFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write to", path_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    bytes_ += static_cast<std::uint64_t>(written);
  }
}

void TempFile::close() { fd_.reset(); }

}  // namespace py4cpp::engine
