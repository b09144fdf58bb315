// SPDX-License-Identifier: Apache-2.0
//
// SparkSession with its builder and settings. 4.x calls the classes
// `org.apache.spark.sql.classic.X`, 3.5 `org.apache.spark.sql.X`: one class with an alias each.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/facade/application.hpp"
#include "engine/facade/classes.hpp"
#include "engine/facade/scala_classes.hpp"
#include "engine/facade/spark_error.hpp"
#include "engine/facade/sql_session.hpp"

namespace py4cpp::engine {
namespace {

using Settings = std::map<std::string, std::string>;
using MaybeText = std::optional<std::string>;

/// `SparkSession$.MODULE$` and `SparkSession.builder()`.
struct SessionModule {};
struct SessionBuilder {
  std::shared_ptr<Host> host;
  Settings settings;
};

/// `SparkSession.sqlContext()`, which pyspark's shell asks for and hands out for old programs.
struct SqlContext {
  std::shared_ptr<SqlSession> session;
};

/// What `SparkSession.sessionState()` is asked for.
struct SqlSessionState {
  std::shared_ptr<SqlConf> conf;
};

void alias_sql(Registry& registry, const std::string& name) {
  registry.alias("org.apache.spark.sql." + name, "org.apache.spark.sql.classic." + name);
}

std::shared_ptr<SqlSession> make_session(std::shared_ptr<Application> application,
                                         Settings settings) {
  auto session = std::make_shared<SqlSession>(std::move(application), std::move(settings));
  if (session->conf()->find("spark.sql.catalogImplementation") == "hive") {
    throw SparkError("java.lang.UnsupportedOperationException",
                     "Hive is not supported by py4cpp " PY4CPP_VERSION
                     ": leave out enableHiveSupport() and spark.sql.catalogImplementation",
                     {});
  }
  return session;
}

Option as_option(std::shared_ptr<SqlSession> session) {
  return session ? Option(Value(std::move(session))) : Option();
}

std::shared_ptr<SqlSession> active_session(CallContext& call) {
  return call.session_state<ActiveSession>().session;
}

void bind_session_statics(const Type<SqlSession>& type, const SharedHost& host) {
  type.static_method("getDefaultSession", [host] { return as_option(host->default_session()); })
      .static_method("setDefaultSession",
                     [host](std::shared_ptr<SqlSession> session) {
                       host->set_default_session(std::move(session));
                     })
      .static_method("clearDefaultSession", [host] { host->set_default_session(nullptr); })
      .static_method("getActiveSession",
                     [](CallContext& call) { return as_option(active_session(call)); })
      .static_method("setActiveSession",
                     [](CallContext& call, std::shared_ptr<SqlSession> session) {
                       call.session_state<ActiveSession>().session = std::move(session);
                     })
      .static_method("clearActiveSession",
                     [](CallContext& call) { call.session_state<ActiveSession>().session.reset(); })
      .static_method("builder", [host] {
        return SessionBuilder{host, {}};
      });
}

void bind_session(Registry& registry, const SharedHost& host) {
  auto type = registry.type<SqlSession>("org.apache.spark.sql.classic.SparkSession");
  alias_sql(registry, "SparkSession");
  bind_session_statics(type, host);
  type.constructor([](const ScalaSparkContext& context, Settings settings) {
        return make_session(context.application, std::move(settings));
      })
      .method("sparkContext",
              [](const SqlSession& session) { return ScalaSparkContext{session.application()}; })
      .method("version", [](const SqlSession& session) { return session.application()->release(); })
      .method("conf", [](const SqlSession& session) { return session.conf(); })
      .method("sessionState",
              [](const SqlSession& session) { return SqlSessionState{session.conf()}; })
      .method("sqlContext",
              [](const std::shared_ptr<SqlSession>& session) { return SqlContext{session}; })
      .method("newSession",
              [](const SqlSession& session) { return make_session(session.application(), {}); })
      .method("stop", [host](const SqlSession& session) { host->stop(session.application()); })
      .method("close", [host](const SqlSession& session) { host->stop(session.application()); });

  registry.type<SqlContext>("org.apache.spark.sql.classic.SQLContext")
      .method("sparkSession", [](const SqlContext& context) { return context.session; });
  alias_sql(registry, "SQLContext");

  registry.type<SessionModule>("org.apache.spark.sql.classic.SparkSession$")
      .static_field("MODULE$", std::make_shared<SessionModule>())
      .method("applyModifiableSettings",
              [](const SessionModule&, const SqlSession& session, const Settings& settings) {
                for (const auto& [key, value] : settings) session.conf()->apply(key, value);
              });
  alias_sql(registry, "SparkSession$");

  registry.type<SessionBuilder>("org.apache.spark.sql.classic.SparkSession$Builder")
      .method("config",
              [](const std::shared_ptr<SessionBuilder>& builder, Settings settings) {
                builder->settings.merge(std::move(settings));
                return builder;
              })
      .method("create", [](const SessionBuilder& builder) {
        return make_session(builder.host->require(), builder.settings);
      });
  alias_sql(registry, "SparkSession$Builder");
}

std::vector<MaybeText> settings_of(const SqlConf& conf, const std::vector<std::string>& keys) {
  std::vector<MaybeText> values;
  values.reserve(keys.size());
  for (const std::string& key : keys) values.push_back(conf.get(key));
  return values;
}

/// 3.5 reads single settings by typed getters.
void bind_typed_getters(const Type<SqlConf>& type) {
  constexpr std::pair<const char*, const char*> flags[] = {
      {"pysparkJVMStacktraceEnabled", "spark.sql.pyspark.jvmStacktrace.enabled"},
      {"pysparkToJSONReturnDataFrame", "spark.sql.pyspark.toJSON.returnDataFrame"},
      {"pysparkSimplifiedTraceback", "spark.sql.execution.pyspark.udf.simplifiedTraceback.enabled"},
      {"arrowPySparkEnabled", "spark.sql.execution.arrow.pyspark.enabled"},
      {"arrowPySparkFallbackEnabled", "spark.sql.execution.arrow.pyspark.fallback.enabled"},
      {"arrowPySparkSelfDestructEnabled", "spark.sql.execution.arrow.pyspark.selfDestruct.enabled"},
      {"arrowSafeTypeConversion", "spark.sql.execution.pandas.convertToArrowArraySafely"},
      {"inferDictAsStruct", "spark.sql.pyspark.inferNestedDictAsStruct.enabled"},
      {"legacyInferArrayTypeFromFirstElement",
       "spark.sql.pyspark.legacy.inferArrayTypeFromFirstElement.enabled"},
      {"isReplEagerEvalEnabled", "spark.sql.repl.eagerEval.enabled"},
      {"ansiEnabled", "spark.sql.ansi.enabled"},
  };
  for (const auto& [name, key] : flags) {
    type.method(name,
                [key = std::string(key)](const SqlConf& conf) { return conf.get(key) == "true"; });
  }
  constexpr std::pair<const char*, const char*> numbers[] = {
      {"arrowMaxRecordsPerBatch", "spark.sql.execution.arrow.maxRecordsPerBatch"},
      {"replEagerEvalMaxNumRows", "spark.sql.repl.eagerEval.maxNumRows"},
      {"replEagerEvalTruncate", "spark.sql.repl.eagerEval.truncate"},
      {"numShufflePartitions", "spark.sql.shuffle.partitions"},
  };
  for (const auto& [name, key] : numbers) {
    type.method(name, [key = std::string(key)](const SqlConf& conf) {
      return static_cast<std::int32_t>(std::stol(conf.get(key)));
    });
  }
  type.method("sessionLocalTimeZone",
              [](const SqlConf& conf) { return conf.get("spark.sql.session.timeZone"); })
      .method("pandasStructHandlingMode", [](const SqlConf& conf) {
        return conf.get("spark.sql.execution.pandas.structHandlingMode");
      });
}

void bind_confs(Registry& registry, const SharedHost& host) {
  // RuntimeConfig and the internal SQLConf show the same settings.
  auto type = registry.type<SqlConf>("org.apache.spark.sql.classic.RuntimeConfig");
  alias_sql(registry, "RuntimeConfig");
  registry.alias("org.apache.spark.sql.internal.SQLConf",
                 "org.apache.spark.sql.classic.RuntimeConfig");
  type.static_method("get",
                     [host](CallContext& call) {
                       auto session = active_session(call);
                       if (!session) session = host->default_session();
                       return session ? session->conf()
                                      : std::make_shared<SqlConf>(nullptr, Settings());
                     })
      .method("get", [](const SqlConf& conf, const std::string& key) { return conf.get(key); })
      .method("get",
              [](const SqlConf& conf, const std::string& key, const MaybeText& fallback) {
                auto value = conf.find(key);
                return value ? value : fallback;
              })
      .method("set", [](SqlConf& conf, const std::string& key,
                        const std::string& value) { conf.set(key, value); })
      .method("set", [](SqlConf& conf, const std::string& key,
                        bool value) { conf.set(key, value ? "true" : "false"); })
      .method("set", [](SqlConf& conf, const std::string& key,
                        std::int64_t value) { conf.set(key, std::to_string(value)); })
      .method("unset", [](SqlConf& conf, const std::string& key) { conf.unset(key); })
      .method("contains", [](const SqlConf& conf,
                             const std::string& key) { return conf.find(key).has_value(); })
      .method("isModifiable",
              [](const SqlConf&, const std::string& key) { return SqlConf::is_modifiable(key); })
      .method("getAllAsJava", &SqlConf::all)
      .method("getAll", &SqlConf::all)
      .method("getConfs", [](const SqlConf& conf, const std::vector<std::string>& keys) {
        return Array<MaybeText>{settings_of(conf, keys), "java.lang.String"};
      });
  bind_typed_getters(type);
  registry.type<SqlSessionState>("org.apache.spark.sql.internal.SessionState")
      .method("conf", [](const SqlSessionState& state) { return state.conf; });
}

}  // namespace

void bind_session_classes(Registry& registry, const SharedHost& host) {
  bind_session(registry, host);
  bind_confs(registry, host);
  // Notes for error messages about where a column was made: dropped.
  registry.type("org.apache.spark.sql.catalyst.trees.PySparkCurrentOrigin")
      .static_method("set", [](const std::string&, const std::string&) {})
      .static_method("clear", [] {});
}

}  // namespace py4cpp::engine
