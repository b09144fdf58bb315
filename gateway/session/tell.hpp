// SPDX-License-Identifier: Apache-2.0
//
// Telling the listeners of a gateway what happened.
#pragma once

#include <exception>

#include "gateway/session/core.hpp"

namespace py4cpp {

/// Calls `function` with each listener; what a listener throws is logged.
template <class F>
void tell(const Core& core, F function) {
  for (const auto& listener : core.options.listeners) try {
      if (listener) function(*listener);
    } catch (const std::exception& error) {
      if (core.options.log)
        core.options.log(LogLevel::warn, "Gateway",
                         std::string("a listener threw: ") + error.what());
    } catch (...) {
      if (core.options.log)
        core.options.log(LogLevel::warn, "Gateway", "a listener threw an unknown exception");
    }
}

}  // namespace py4cpp
