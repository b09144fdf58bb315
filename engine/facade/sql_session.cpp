// SPDX-License-Identifier: Apache-2.0
//
// The SQL settings that PySpark itself reads, with Spark's defaults, and which of them are fixed.
#include "engine/facade/sql_session.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/facade/application.hpp"
#include "engine/facade/spark_error.hpp"

namespace py4cpp::engine {
namespace {

struct Default {
  std::string_view key;
  std::string_view value;
};

constexpr std::array<Default, 38> sql_defaults{{
    {"spark.sql.adaptive.enabled", "true"},
    {"spark.sql.ansi.enabled", "true"},
    {"spark.sql.caseSensitive", "false"},
    {"spark.sql.execution.arrow.maxRecordsPerBatch", "10000"},
    {"spark.sql.execution.arrow.pyspark.enabled", "false"},
    {"spark.sql.execution.arrow.pyspark.fallback.enabled", "true"},
    {"spark.sql.execution.arrow.pyspark.selfDestruct.enabled", "false"},
    {"spark.sql.execution.arrow.sparkr.enabled", "false"},
    {"spark.sql.execution.arrow.useLargeVarTypes", "false"},
    {"spark.sql.execution.pandas.convertToArrowArraySafely", "false"},
    {"spark.sql.execution.pandas.inferPandasDictAsMap", "false"},
    {"spark.sql.execution.pandas.structHandlingMode", "legacy"},
    {"spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled", "true"},
    {"spark.sql.execution.pythonUDF.arrow.enabled", "false"},
    {"spark.sql.files.maxPartitionBytes", "128MB"},
    {"spark.sql.files.openCostInBytes", "4MB"},
    {"spark.sql.execution.pythonUDTF.arrow.enabled", "false"},
    {"spark.sql.legacy.createHiveTableByDefault", "true"},
    {"spark.sql.mapKeyDedupPolicy", "EXCEPTION"},
    {"spark.sql.pyspark.inferNestedDictAsStruct.enabled", "false"},
    {"spark.sql.pyspark.jvmStacktrace.enabled", "false"},
    {"spark.sql.pyspark.legacy.inferArrayTypeFromFirstElement.enabled", "false"},
    {"spark.sql.pyspark.legacy.inferMapTypeFromFirstPair.enabled", "false"},
    {"spark.sql.pyspark.toJSON.returnDataFrame", "false"},
    {"spark.sql.readSideCharPadding", "true"},
    {"spark.sql.repl.eagerEval.enabled", "false"},
    {"spark.sql.repl.eagerEval.maxNumRows", "20"},
    {"spark.sql.repl.eagerEval.truncate", "20"},
    {"spark.sql.session.timeZone", "UTC"},
    {"spark.sql.shuffle.partitions", "200"},
    {"spark.sql.sources.default", "parquet"},
    {"spark.sql.sources.partitionOverwriteMode", "static"},
    {"spark.sql.stackTracesInDataFrameContext", "1"},
    {"spark.sql.timestampNanosTypes.enabled", "false"},
    {"spark.sql.timestampType", "TIMESTAMP_LTZ"},
    {"spark.sql.catalogImplementation", "in-memory"},
    {"spark.python.sql.dataFrameDebugging.enabled", "true"},
    {"spark.sql.warehouse.dir", "spark-warehouse"},
}};

/// SQL settings that are fixed once the application runs.
constexpr std::array<std::string_view, 8> static_settings{
    "spark.sql.catalogImplementation",
    "spark.sql.cache.serializer",
    "spark.sql.extensions",
    "spark.sql.globalTempDatabase",
    "spark.sql.queryExecutionListeners",
    "spark.sql.sources.schemaStringLengthThreshold",
    "spark.sql.streaming.streamingQueryListeners",
    "spark.sql.warehouse.dir",
};

bool is_static(std::string_view key) {
  return std::find(static_settings.begin(), static_settings.end(), key) != static_settings.end();
}

std::optional<std::string> find_default(std::string_view key) {
  for (const Default& entry : sql_defaults) {
    if (entry.key == key) return std::string(entry.value);
  }
  return std::nullopt;
}

}  // namespace

SqlConf::SqlConf(std::shared_ptr<Application> application,
                 std::map<std::string, std::string> settings)
    : application_(std::move(application)), settings_(std::move(settings)) {}

std::optional<std::string> SqlConf::find(const std::string& key) const {
  {
    std::lock_guard lock(mutex_);
    if (auto own = settings_.find(key); own != settings_.end()) return own->second;
  }
  auto common = application_ ? application_->context().conf().find(key) : std::nullopt;
  if (common) return common;
  return find_default(key);
}

std::string SqlConf::get(const std::string& key) const {
  if (auto value = find(key)) return *value;
  throw condition_error(
      "org.apache.spark.SparkNoSuchElementException",
      "The SQL config \"" + key + "\" cannot be found. Please verify that the config exists.",
      {"SQL_CONF_NOT_FOUND", "42K0I", {{"sqlConf", "\"" + key + "\""}}}, with_state());
}

void SqlConf::set(const std::string& key, const std::string& value) {
  require_modifiable(key);
  std::lock_guard lock(mutex_);
  settings_[key] = value;
}

void SqlConf::apply(const std::string& key, const std::string& value) {
  if (is_static(key)) return;
  std::lock_guard lock(mutex_);
  settings_[key] = value;
}

void SqlConf::unset(const std::string& key) {
  require_modifiable(key);
  std::lock_guard lock(mutex_);
  settings_.erase(key);
}

bool SqlConf::is_modifiable(const std::string& key) {
  return key.starts_with("spark.sql.") && !is_static(key) && find_default(key).has_value();
}

std::map<std::string, std::string> SqlConf::all() const {
  std::map<std::string, std::string> settings;
  if (application_) settings = application_->context().conf().all();
  for (auto& [key, value] : own()) settings.insert_or_assign(key, value);
  return settings;
}

std::map<std::string, std::string> SqlConf::own() const {
  std::lock_guard lock(mutex_);
  return settings_;
}

bool SqlConf::with_state() const { return !application_ || !application_->is_release_3(); }

void SqlConf::require_modifiable(const std::string& key) const {
  constexpr const char* analysis = "org.apache.spark.sql.AnalysisException";
  if (is_static(key)) {
    throw condition_error(
        analysis, "Cannot modify the value of the static Spark config: \"" + key + "\".",
        {"CANNOT_MODIFY_STATIC_CONFIG", "46110", {{"key", "\"" + key + "\""}}}, with_state());
  }
  if (default_settings().contains(key)) {
    throw condition_error(
        analysis,
        "Cannot modify the value of the Spark config: \"" + key +
            "\".\nSee also "
            "'https://spark.apache.org/docs/latest/sql-migration-guide.html#ddl-statements'.",
        {"CANNOT_MODIFY_CONFIG", "46110", {{"key", "\"" + key + "\""}}}, with_state());
  }
}

}  // namespace py4cpp::engine
