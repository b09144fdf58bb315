// SPDX-License-Identifier: Apache-2.0
//
// How many descriptors this program may have.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>

namespace py4cpp::test {

/// Another number of descriptors, higher or lower, while it lives: the number that is asked for, or
/// the most that the system allows.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(std::size_t wanted) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
    allowed_ = ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before_.rlim_cur;
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

  std::size_t allowed() const { return allowed_; }

 private:
  rlimit before_{};
  std::size_t allowed_ = 0;
};

}  // namespace py4cpp::test
