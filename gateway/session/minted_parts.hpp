// SPDX-License-Identifier: Apache-2.0
//
// The arguments of a call to Python that are objects, and so have got ids. They are forgotten again
// unless Python holds them: then it lets go of them itself.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/session/answers.hpp"

namespace py4cpp {

class MintedParts {
 public:
  /// Python holds them as well when it was sent all of the call and is only slow.
  MintedParts(Core& core, const bool& was_sent, const bool& is_silent)
      : core_(core), was_sent_(was_sent), is_silent_(is_silent) {}
  ~MintedParts() {
    if (was_sent_ && is_silent_) return;
    for (const auto& part : parts_) take_back(core_, part);
  }
  MintedParts(const MintedParts&) = delete;
  MintedParts& operator=(const MintedParts&) = delete;

  void add(std::string part) { parts_.push_back(std::move(part)); }
  /// Python has read them.
  void keep() { parts_.clear(); }

 private:
  Core& core_;
  const bool& was_sent_;
  const bool& is_silent_;
  std::vector<std::string> parts_;
};

}  // namespace py4cpp
