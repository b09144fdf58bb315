// SPDX-License-Identifier: Apache-2.0
//
// All groups of classes, in one registry.
#include "engine/facade/bind.hpp"

#include <utility>

#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"

namespace py4cpp::engine {

std::function<void()> bind_spark(Registry& registry, Services services) {
  auto host = std::make_shared<Host>(std::move(services));
  bind_scala_classes(registry);
  bind_util_classes(registry, host);
  bind_context_classes(registry, host);
  bind_input_methods(registry, host);
  bind_status_classes(registry, host);
  bind_shared_classes(registry, host);
  bind_rdd_classes(registry, host);
  bind_java_rdd_classes(registry);
  bind_result_methods(registry, host);
  bind_session_classes(registry, host);
  bind_dataset_classes(registry, host);
  bind_error_classes(registry, host);
  bind_missing_classes(registry);
  return [host] { host->stop_all(); };
}

}  // namespace py4cpp::engine
