// SPDX-License-Identifier: Apache-2.0
//
// How the engine's failures look in Python. PySpark decides by class names which of its own
// exceptions to raise, and shows messages; both follow the driver's release.
#include <exception>
#include <optional>

#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/spark_error.hpp"
#include "engine/io/input_plan.hpp"
#include "engine/job_errors.hpp"
#include "gateway/collections.hpp"

namespace py4cpp::engine {
namespace {

constexpr const char* spark_exception = "org.apache.spark.SparkException";
constexpr const char* python_exception = "org.apache.spark.api.python.PythonException";
constexpr const char* throwable = "org.apache.spark.SparkThrowable";

using MaybeText = std::optional<std::string>;

MaybeText text_or_null(const std::string& text) {
  return text.empty() ? MaybeText() : MaybeText(text);
}

MaybeText condition_name(const SparkError& error) { return text_or_null(error.condition().name); }
MaybeText sql_state(const SparkError& error) { return text_or_null(error.condition().sql_state); }
std::map<std::string, std::string> parameters(const SparkError& error) {
  return error.condition().parameters;
}
std::shared_ptr<ObjectArray> query_context(const SparkError&) {
  return std::make_shared<ObjectArray>("org.apache.spark.QueryContext", std::vector<Value>());
}

void declare_names(Registry& registry) {
  constexpr std::pair<const char*, const char*> classes[] = {
      {spark_exception, "java.lang.Exception"},
      {python_exception, "java.lang.RuntimeException"},
      {"org.apache.spark.SparkUnsupportedOperationException",
       "java.lang.UnsupportedOperationException"},
      {"org.apache.spark.SparkRuntimeException", "java.lang.RuntimeException"},
      {"org.apache.spark.SparkNoSuchElementException", "java.util.NoSuchElementException"},
      {"org.apache.spark.SparkClassNotFoundException", "java.lang.ClassNotFoundException"},
      {"org.apache.spark.sql.AnalysisException", "java.lang.Exception"},
      {"org.apache.spark.sql.catalyst.parser.ParseException",
       "org.apache.spark.sql.AnalysisException"},
      {"org.apache.spark.sql.streaming.StreamingQueryException", "java.lang.Exception"},
      {"org.apache.spark.sql.execution.QueryExecutionException", "java.lang.Exception"},
      {"org.apache.spark.SparkUpgradeException", "java.lang.RuntimeException"},
      {"org.apache.hadoop.mapred.InvalidInputException", "java.io.IOException"},
      {"org.apache.hadoop.mapreduce.lib.input.InvalidInputException", "java.io.IOException"},
      {"org.apache.hadoop.mapred.FileAlreadyExistsException", "java.io.IOException"},
      {"org.apache.hadoop.fs.UnsupportedFileSystemException", "java.io.IOException"},
      {"java.io.EOFException", "java.io.IOException"},
      {"java.time.DateTimeException", "java.lang.RuntimeException"},
  };
  for (const auto& [name, parent] : classes) registry.exception(name, parent);
}

/// 4.x shows what Python raised as the job's own error, with a condition; 3.5 wraps it in the text
/// of the failed job.
std::shared_ptr<SparkError> python_error(const PythonError& error, bool release_3) {
  if (release_3) {
    return std::make_shared<SparkError>(python_exception, error.traceback(),
                                        SparkError::Condition());
  }
  constexpr const char* intro = "An exception was thrown from the Python worker";
  SparkError::Condition condition{
      "PYTHON_EXCEPTION", "38000", {{"msg", intro}, {"traceback", error.traceback()}}};
  return std::make_shared<SparkError>(condition_error(
      python_exception, std::string(intro) + ": " + error.traceback(), condition, true));
}

/// What a task threw, as the cause of its job's failure; null for what has no Java name.
std::shared_ptr<const NamedError> cause_of(const JobFailed& failure, bool release_3) {
  if (!failure.cause()) return nullptr;
  try {
    std::rethrow_exception(failure.cause());
  } catch (const PythonError& error) {
    return python_error(error, release_3);
  } catch (const NamedError& error) {
    return std::make_shared<NamedError>(error);
  } catch (const std::exception& error) {
    return std::make_shared<NamedError>(spark_exception, error.what());
  }
}

SparkError job_error(const JobFailed& failure, bool release_3) {
  auto cause = cause_of(failure, release_3);
  if (cause && !release_3 && cause->class_name() == python_exception) {
    return dynamic_cast<const SparkError&>(*cause);
  }
  return {spark_exception, failure.what(), {}, std::move(cause)};
}

void bind_translations(Registry& registry, const SharedHost& host) {
  registry.translate<BadArgument>("java.lang.IllegalArgumentException");
  registry.translate<BadSetting>("java.lang.IllegalArgumentException");
  registry.translate<ContextStopped>("java.lang.IllegalStateException");
  registry.translate<JobCancelled>([host](const JobCancelled& error) {
    if (host->release().starts_with("3.")) return SparkError(spark_exception, error.what(), {});
    return condition_error(spark_exception, error.what(), {"SPARK_JOB_CANCELLED", "XXKDA", {}},
                           true);
  });
  registry.translate<JobFailed>([host](const JobFailed& error) {
    return job_error(error, host->release().starts_with("3."));
  });
  registry.translate<PathNotFound>([host](const PathNotFound& error) {
    bool release_3 = host->release().starts_with("3.");
    std::string path = error.what();
    return condition_error("org.apache.spark.sql.AnalysisException",
                           "Path does not exist: " + path + ".",
                           {"PATH_NOT_FOUND", "42K03", {{"path", path}}}, !release_3);
  });
}

}  // namespace

SparkError condition_error(std::string class_name, const std::string& text,
                           SparkError::Condition condition, bool with_state) {
  std::string message = "[" + condition.name + "] " + text;
  if (with_state) message += " SQLSTATE: " + condition.sql_state;
  return {std::move(class_name), message, std::move(condition)};
}

void bind_error_classes(Registry& registry, const SharedHost& host) {
  declare_names(registry);
  registry.type<SparkError>(throwable)
      .base<NamedError>()
      .method("getErrorClass", &condition_name)
      .method("getCondition", &condition_name)
      .method("getSqlState", &sql_state)
      .method("getMessageParameters", &parameters)
      .method("getQueryContext", &query_context);
  registry.type("org.apache.spark.api.python.PythonErrorUtils")
      .static_method("getCondition", &condition_name)
      .static_method("getErrorClass", &condition_name)
      .static_method("getSqlState", &sql_state)
      .static_method("getMessageParameters", &parameters)
      .static_method("getQueryContext", &query_context);
  registry.type("org.apache.spark.SparkThrowableHelper")
      .static_method("getMessage", [](const std::string& condition,
                                      const std::map<std::string, std::string>& values) {
        std::string text = "[" + condition + "]";
        for (const auto& [name, value] : values) text += " " + name + ": " + value;
        return text;
      });
  bind_translations(registry, host);
}

}  // namespace py4cpp::engine
