// SPDX-License-Identifier: Apache-2.0
//
// A SparkSession: an application with SQL settings of its own.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/facade/context_objects.hpp"

namespace py4cpp::engine {

/// A session's settings: its own, then the application's, then Spark's defaults. Any thread.
class SqlConf {
 public:
  /// `application` may be null: then there are only defaults.
  SqlConf(std::shared_ptr<Application> application, std::map<std::string, std::string> settings);

  /// The value in effect, or nothing for a name that neither was set nor has a default.
  std::optional<std::string> find(const std::string& key) const;
  /// find, or NamedError org.apache.spark.SparkNoSuchElementException (SQL_CONF_NOT_FOUND).
  std::string get(const std::string& key) const;
  /// Throws NamedError org.apache.spark.sql.AnalysisException for a setting that is fixed once the
  /// application runs.
  void set(const std::string& key, const std::string& value);
  /// What a builder does with a session that is there already: whatever is not a static SQL setting
  /// is kept for the session, also the application's settings that `set` refuses.
  void apply(const std::string& key, const std::string& value);
  void unset(const std::string& key);
  /// True for the names of SQL settings that may change at run time.
  static bool is_modifiable(const std::string& key);
  /// Every setting that has a value.
  std::map<std::string, std::string> all() const;
  /// The session's own settings.
  std::map<std::string, std::string> own() const;

 private:
  void require_modifiable(const std::string& key) const;
  bool with_state() const;  // errors show an SQLSTATE

  const std::shared_ptr<Application> application_;
  mutable std::mutex mutex_;  // guards settings_
  std::map<std::string, std::string> settings_;
};

class SqlSession {
 public:
  SqlSession(std::shared_ptr<Application> application, std::map<std::string, std::string> settings)
      : application_(std::move(application)),
        conf_(std::make_shared<SqlConf>(application_, std::move(settings))) {}

  const std::shared_ptr<Application>& application() const { return application_; }
  const std::shared_ptr<SqlConf>& conf() const { return conf_; }

 private:
  const std::shared_ptr<Application> application_;
  const std::shared_ptr<SqlConf> conf_;
};

/// The active session of a driver's thread; reached by CallContext::session_state.
struct ActiveSession {
  std::shared_ptr<SqlSession> session;
};

}  // namespace py4cpp::engine
