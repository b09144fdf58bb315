// SPDX-License-Identifier: Apache-2.0
//
// What the bound classes share: the host process's services, and the application that runs in it.
// An Application is a Context plus what only a Python driver needs (result sockets, accumulators,
// sessions); JavaSparkContext and SparkContext are two names for it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "engine/context.hpp"
#include "engine/facade/bind.hpp"
#include "engine/io/accumulator_client.hpp"
#include "engine/io/driver_socket.hpp"

namespace py4cpp::engine {

class SqlSession;

/// All functions may be called from any thread.
class Application {
 public:
  /// Starts the engine. `conf` has the driver's settings. Throws NamedError (no master, no name,
  /// encryption asked for), BadSetting, Error.
  Application(const Services& services, std::string release_text, Conf conf);

  Context& context() const { return *context_; }
  const std::shared_ptr<Context>& shared_context() const { return context_; }
  DriverSockets& sockets() { return *sockets_; }
  /// "4.3.0": what the driver's pyspark calls itself.
  const std::string& release() const { return release_; }
  bool is_release_3() const { return release_.starts_with("3."); }
  const std::string& user() const { return user_; }

  /// Sends the tasks' updates there from now on.
  void register_accumulator(std::shared_ptr<AccumulatorClient> client);

  /// Drops log messages below a level given by Spark's name ("WARN"). Throws NamedError
  /// java.lang.IllegalArgumentException that lists the names.
  void set_log_level(const std::string& name);

  /// Cancels jobs, ends workers, closes sockets, removes temporary files. Waits for all of it, and
  /// lets the driver's accumulator server end without delay.
  void stop();

 private:
  struct LogFilter {
    Log log;
    std::atomic<int> level_min{0};
  };

  const std::string release_;
  const std::string user_;
  std::shared_ptr<LogFilter> log_filter_;
  std::shared_ptr<Context> context_;
  std::unique_ptr<DriverSockets> sockets_;
  std::mutex mutex_;  // guards what follows
  std::shared_ptr<AccumulatorClient> accumulators_;
};

/// One for each registry: every bound function holds it. Any thread.
class Host {
 public:
  explicit Host(Services services) : services_(std::move(services)) {}

  const Services& services() const { return services_; }
  /// The driver's PySpark, "4.3.0"; asked for once, and may wait for the launcher's probe.
  const std::string& release();

  /// Makes the application. Throws NamedError org.apache.spark.SparkException when one runs
  /// already, and as Application's constructor.
  std::shared_ptr<Application> start(Conf conf);
  /// The running application. Throws NamedError java.lang.IllegalStateException without one.
  std::shared_ptr<Application> require();
  /// Stops `application` and forgets it when it is the running one.
  void stop(const std::shared_ptr<Application>& application);
  /// Stops whatever runs; never throws.
  void stop_all() noexcept;

  /// The session that `SparkSession.builder.getOrCreate` finds; null when there is none.
  std::shared_ptr<SqlSession> default_session();
  void set_default_session(std::shared_ptr<SqlSession> session);

 private:
  const Services services_;
  std::once_flag release_once_;
  std::string release_;
  std::mutex mutex_;  // guards what follows
  std::shared_ptr<Application> running_;
  std::shared_ptr<SqlSession> default_session_;
};

}  // namespace py4cpp::engine
