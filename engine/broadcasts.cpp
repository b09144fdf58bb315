// SPDX-License-Identifier: Apache-2.0
//
// Using a destroyed variable is reported when a function that names it is made.
#include "engine/broadcasts.hpp"

namespace py4cpp::engine {

std::shared_ptr<const runner::Broadcast> BroadcastVariable::value() const {
  if (destroyed()) {
    throw BadArgument("Attempted to use Broadcast(" + std::to_string(id()) +
                      ") after it was destroyed");
  }
  return value_;
}

}  // namespace py4cpp::engine
