// SPDX-License-Identifier: Apache-2.0
//
// Everything that PySpark asks for and py4cpp lacks: an error that names it, in place of a name
// that resolves to nothing.
#include <string>
#include <utility>

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

/// Where the classes are that a program written for Spark may name.
constexpr const char* packages[] = {"org.apache.spark",
                                    "org.apache.hadoop",
                                    "org.apache.log4j",
                                    "org.apache.logging",
                                    "java",
                                    "scala"};

/// Names that PySpark uses without their package, or that look like packages: known as classes so
/// that they are found where they belong. All of their members are missing.
constexpr const char* names_without_members[] = {
    "api.java.JavaDoubleRDD",
    "api.python.ArrowIteratorServer",
    "api.python.PythonParallelizeServer",
    "api.python.SerDeUtil",
    "ml.functions",
    "ml.python.MLSerDe",
    "ml.python.MLUtil",
    "mllib.api.python.PythonMLLibAPI",
    "mllib.api.python.SerDe",
    "sql.Observation",
    "sql.OnSuccessCall",
    "sql.api.python.PythonSQLUtils",
    "sql.avro.functions",
    "sql.protobuf.functions",
    "streaming.Duration",
    "streaming.StreamingContext",
    "streaming.Time",
    "streaming.api.java.JavaStreamingContext",
    "streaming.api.python.PythonDStream",
    "streaming.api.python.PythonTransformedDStream",
};

/// A column that nothing can be done with. PySpark makes columns of names before it calls a method
/// of a Dataset: with them it is that method which is reported as missing.
struct ColumnName {
  std::string name;
};

void bind_columns(Registry& registry) {
  auto make = [](const std::string& name) { return ColumnName{name}; };
  registry.type<ColumnName>("org.apache.spark.sql.Column")
      .method("toString", [](const ColumnName& column) { return column.name; });
  registry.type("org.apache.spark.sql.functions")
      .static_method("col", make)
      .static_method("column", make);
}

/// Static methods with names of constants. py4j asks for a constant's value at once, and tells of a
/// failure only that the name is not there.
void bind_loud_methods(Registry& registry) {
  constexpr std::pair<const char*, const char*> methods[] = {
      {"org.apache.spark.sql.Encoders", "STRING"},
      {"org.apache.spark.sql.catalyst.analysis.FunctionRegistry", "FUNC_ALIAS"},
  };
  for (const auto& [owner, method] : methods) {
    registry.type(owner).static_method(
        method, [owner = owner, method = method]() -> Value { throw unsupported(owner, method); });
  }
}

}  // namespace

void bind_missing_classes(Registry& registry) {
  bind_columns(registry);
  for (const char* name : names_without_members) {
    registry.type("org.apache.spark." + std::string(name));
  }
  bind_loud_methods(registry);
  for (const char* package : packages) registry.missing(package, &unsupported);
}

}  // namespace py4cpp::engine
