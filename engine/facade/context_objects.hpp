// SPDX-License-Identifier: Apache-2.0
//
// The two faces of an application, and the local properties of a driver's thread.
#pragma once

#include <memory>
#include <string>

#include "engine/context.hpp"

namespace py4cpp::engine {

class Application;

/// org.apache.spark.api.java.JavaSparkContext: what PySpark's `sc._jsc` is.
struct JavaSparkContext {
  std::shared_ptr<Application> application;
};

/// org.apache.spark.SparkContext: `sc._jsc.sc()`.
struct ScalaSparkContext {
  std::shared_ptr<Application> application;
};

/// What Spark keeps per Java thread, and so is kept per session here: each Python thread has its
/// own (when threads are pinned). Jobs carry a copy. Reached by CallContext::session_state.
struct LocalProperties {
  Properties values;

  /// The property, or empty.
  std::string get(const std::string& key) const {
    auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  }
  /// The site for the label of a new node: the line of the script when PySpark has named it, else
  /// `otherwise`.
  std::string site(const std::string& otherwise) const {
    std::string line = get("callSite.short");
    return line.empty() ? otherwise : line;
  }
};

}  // namespace py4cpp::engine
