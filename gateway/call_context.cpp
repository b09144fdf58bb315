// SPDX-License-Identifier: Apache-2.0
#include "gateway/call_context.hpp"

#include "base/error.hpp"

namespace py4cpp {

Gateway& CallContext::gateway() const {
  if (!gateway_) throw Error("this call is not served by a gateway");
  return *gateway_;
}

}  // namespace py4cpp
