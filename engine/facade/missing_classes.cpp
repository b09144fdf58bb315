// SPDX-License-Identifier: Apache-2.0
//
// Everything that PySpark asks for and py4cpp lacks: an error that names it, in place of a name that
// resolves to nothing.
#include <string>

#include "engine/facade/classes.hpp"
#include "engine/facade/spark_error.hpp"

namespace py4cpp::engine {
namespace {

/// 4.x names its own SQL classes with a package that users never see.
std::string public_name(const std::string& class_name) {
  const std::string hidden = "org.apache.spark.sql.classic.";
  if (!class_name.starts_with(hidden)) return class_name;
  return "org.apache.spark.sql." + class_name.substr(hidden.size());
}

SparkError unsupported(const std::string& class_name, const std::string& member) {
  std::string name = public_name(class_name) + (member.empty() ? "" : "." + member);
  return {"java.lang.UnsupportedOperationException",
          name + " is not supported by py4cpp " PY4CPP_VERSION
                 "; it runs RDD programs and spark.read.text(...).rdd: express the step with "
                 "these, or run the script on Apache Spark with spark-submit",
          {}};
}

}  // namespace

void bind_missing_classes(Registry& registry) {
  registry.missing("org.apache.spark", &unsupported);
  registry.missing("org.apache.hadoop", &unsupported);
}

}  // namespace py4cpp::engine
