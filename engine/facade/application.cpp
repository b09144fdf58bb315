// SPDX-License-Identifier: Apache-2.0
//
// Start and stop of what a driver calls its SparkContext.
#include "engine/facade/application.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <sstream>
#include <utility>

#include "engine/files.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

constexpr std::string_view newest_release = "4.3.0";

[[noreturn]] void spark_error(const std::string& message) {
  throw NamedError("org.apache.spark.SparkException", message);
}

std::string user_name() {
  if (const char* name = std::getenv("SPARK_USER")) return name;
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? found->pw_name : std::to_string(::geteuid());
}

void check_driver_conf(const Conf& conf) {
  if (!conf.contains("spark.master")) spark_error("A master URL must be set in your configuration");
  if (!conf.contains("spark.app.name")) {
    spark_error("An application name must be set in your configuration");
  }
  if (conf.get("spark.io.encryption.enabled", "false") == "true") {
    throw NamedError("java.lang.UnsupportedOperationException",
                     "spark.io.encryption.enabled is not supported by py4cpp: temporary files are "
                     "readable by this user only; leave the setting out");
  }
}

/// The host's folder for temporary files; empty when the script has named one of its own.
std::string work_dir(const Services& services, const Conf& conf) {
  constexpr const char* key = "spark.local.dir";
  return conf.find(key) == Conf(services.conf).find(key) ? services.work_dir : std::string();
}

/// Calls `add` with each part of a comma-separated setting.
template <typename Add>
void for_each_listed(const Conf& conf, const std::string& key, Add add) {
  std::istringstream list(conf.get(key, ""));
  for (std::string name; std::getline(list, name, ',');) {
    if (!name.empty()) add(name);
  }
}

/// What the command line gives to all tasks: --files, --py-files and --archives.
void add_shared_files(Context& context) {
  Files& files = context.files();
  for_each_listed(context.conf(), "spark.files",
                  [&files](const std::string& name) { files.add_file(name); });
  for_each_listed(context.conf(), "spark.archives",
                  [&files](const std::string& name) { files.add_archive(name); });
}

}  // namespace

Application::Application(const Services& services, std::string release_text, Conf conf)
    : release_(std::move(release_text)), user_(user_name()) {
  check_driver_conf(conf);
  log_filter_ = std::make_shared<LogFilter>();
  log_filter_->log = services.log;
  auto filtered = [filter = log_filter_](LogLevel level, std::string_view component,
                                         std::string_view text) {
    bool wanted = static_cast<int>(level) >= filter->level_min.load(std::memory_order_relaxed);
    if (wanted && filter->log) filter->log(level, component, text);
  };
  bool unix_sockets =
      !is_release_3() && conf.get("spark.python.unix.domain.socket.enabled", "false") == "true";
  const std::string folder = work_dir(services, conf);
  context_ = Context::start({.conf = std::move(conf),
                             .work_dir = folder,
                             .python = services.driver_python,
                             .release = runner::PythonRelease::parse(release_),
                             .log = filtered,
                             .function_runner = {}});
  if (services.on_local_dir) services.on_local_dir(context_->local_dir().string());
  add_shared_files(*context_);
  DriverSockets::Options options;
  if (unix_sockets) {
    // The driver's own sockets lie there too; the path of a socket has room for 107 bytes only.
    auto named = context_->conf().find("spark.python.unix.domain.socket.dir");
    options.unix_folder = named ? std::filesystem::path(*named) : context_->make_temp_dir("rs");
  }
  sockets_ = std::make_unique<DriverSockets>(std::move(options));
}

void Application::register_accumulator(std::shared_ptr<AccumulatorClient> client) {
  context_->set_accumulator_sink(client);
  std::lock_guard lock(mutex_);
  accumulators_ = std::move(client);
}

void Application::set_log_level(const std::string& name) {
  constexpr std::array<std::pair<std::string_view, int>, 8> levels{{{"ALL", 0},
                                                                    {"DEBUG", 0},
                                                                    {"ERROR", 3},
                                                                    {"WARN", 2},
                                                                    {"INFO", 1},
                                                                    {"OFF", 4},
                                                                    {"FATAL", 4},
                                                                    {"TRACE", 0}}};
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const auto& [known, level] : levels) {
    if (known == upper) {
      log_filter_->level_min.store(level, std::memory_order_relaxed);
      return;
    }
  }
  throw NamedError("java.lang.IllegalArgumentException",
                   "requirement failed: Supplied level " + name +
                       " did not match one of: ALL,DEBUG,ERROR,WARN,INFO,OFF,FATAL,TRACE");
}

void Application::stop() {
  context_->stop();
  sockets_->stop();
  std::lock_guard lock(mutex_);
  if (accumulators_) accumulators_->finish();
}

const std::string& Host::release() {
  std::call_once(release_once_, [this] {
    release_ =
        services_.pyspark_release ? services_.pyspark_release() : std::string(newest_release);
  });
  return release_;
}

std::shared_ptr<Application> Host::start(Conf conf) {
  std::lock_guard lock(mutex_);
  if (running_ && !running_->context().stopped()) {
    spark_error(
        "Only one SparkContext should be running in this process: stop the running one, "
        "or use SparkContext.getOrCreate()");
  }
  running_ = std::make_shared<Application>(services_, release(), std::move(conf));
  return running_;
}

std::shared_ptr<Application> Host::require() {
  std::lock_guard lock(mutex_);
  if (!running_) {
    throw NamedError("java.lang.IllegalStateException",
                     "Cannot call methods on a stopped SparkContext: there is none running");
  }
  return running_;
}

void Host::stop(const std::shared_ptr<Application>& application) {
  application->stop();
  std::lock_guard lock(mutex_);
  if (running_ == application) {
    running_.reset();
    default_session_.reset();
  }
}

void Host::stop_all() noexcept {
  std::shared_ptr<Application> application;
  {
    std::lock_guard lock(mutex_);
    application = running_;
  }
  if (!application) return;
  try {
    stop(application);
  } catch (const std::exception& error) {
    if (services_.log) services_.log(LogLevel::warn, "SparkContext", error.what());
  }
}

std::shared_ptr<SqlSession> Host::default_session() {
  std::lock_guard lock(mutex_);
  return default_session_;
}

void Host::set_default_session(std::shared_ptr<SqlSession> session) {
  std::lock_guard lock(mutex_);
  default_session_ = std::move(session);
}

}  // namespace py4cpp::engine
