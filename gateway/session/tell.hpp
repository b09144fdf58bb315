// SPDX-License-Identifier: Apache-2.0
//
// Telling the listeners of a gateway what happened.
#pragma once

#include <exception>
#include <string>

#include "gateway/session/core.hpp"

namespace py4cpp {

/// Calls `function` with each listener; what a listener throws is logged.
template <class F>
void tell(const Core& core, F function) {
  for (const auto& listener : core.options.listeners) try {
      if (listener) function(*listener);
    } catch (const std::exception& error) {
      core.log(LogLevel::warn, log_components::gateway,
               std::string("a listener threw: ") + error.what());
    } catch (...) {
      core.log(LogLevel::warn, log_components::gateway, "a listener threw an unknown exception");
    }
}

}  // namespace py4cpp
