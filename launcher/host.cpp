// SPDX-License-Identifier: Apache-2.0
#include "launcher/host.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/token.hpp"
#include "engine/facade/bind.hpp"
#include "gateway/gateway.hpp"
#include "gateway/registry.hpp"
#include "launcher/console_log.hpp"
#include "launcher/exit_guard.hpp"
#include "launcher/plugins.hpp"

namespace py4cpp::launcher {
namespace {

// Nothing of ours may be left 5 s after the driver's end, and the janitor needs a moment, too.
constexpr std::chrono::seconds stop_seconds_max{3};

// pyspark compares it without regard to case; anything but "true" selects the unpinned client.
bool is_pinned(const Environment& environment) {
  const auto set = environment.find("PYSPARK_PIN_THREAD");
  if (set == environment.end()) return true;
  std::string value = set->second;
  std::transform(value.begin(), value.end(), value.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return value == "true";
}

// Where Spark puts its temporary files: the first folder that is named, made when it is not there.
std::filesystem::path temp_root(const Submission& submission, const Environment& environment) {
  const char* source = "SPARK_LOCAL_DIRS";
  const auto variable = environment.find(source);
  std::string folders = variable == environment.end() ? std::string() : variable->second;
  if (folders.empty()) {
    source = "spark.local.dir";
    const auto set = submission.conf.find(source);
    if (set != submission.conf.end()) folders = set->second;
  }
  const std::vector<std::string> parts = split_list(folders);
  if (parts.empty()) return default_temp_root();
  std::filesystem::path root = parts.front();
  std::error_code error;
  std::filesystem::create_directories(root, error);
  if (error) {
    throw Error("the folder for temporary files '" + root.string() + "' (from " + source +
                ") cannot be made: " + error.message() + "; name another one");
  }
  return root;
}

}  // namespace

Host::Host(const Submission& submission, const Environment& environment)
    : log_(console_log(submission.log_levels)),
      pinned_(is_pinned(environment)),
      temp_dir_(temp_root(submission, environment), "py4cpp-"),
      janitor_(temp_dir_.path()),
      registry_(std::make_unique<Registry>()) {}

Host::~Host() { stop(EXIT_FAILURE); }

void Host::serve(const Submission& submission, const Interpreters& interpreters,
                 std::function<std::string()> release) {
  for (const std::string& plugin : submission.plugins) load_plugin(plugin, *registry_);
  // The user's folder holds ours, which the janitor knows; the engine works in that one unless the
  // script itself names another.
  stop_engine_ =
      engine::bind_spark(*registry_, {.conf = submission.conf,
                                      .pyspark_release = std::move(release),
                                      .python = interpreters.workers,
                                      .driver_python = interpreters.driver,
                                      .work_dir = temp_dir_.path().string(),
                                      .on_local_dir =
                                          [this](const std::string& path) {
                                            janitor_.also_remove(std::filesystem::absolute(path));
                                          },
                                      .log = log_});
  // There is one client, which this program does not outlive; its threads come and go.
  constexpr std::chrono::milliseconds never{0};
  gateway_ = std::make_unique<Gateway>(
      *registry_,
      GatewayOptions{
          .token = random_token(), .pinned = pinned_, .log = log_, .orphans_ms_max = never});
}

std::uint16_t Host::port() const { return gateway_->port(); }

const std::string& Host::token() const { return gateway_->token(); }

void Host::stop(int exit_code) {
  if (!stop_engine_) return;
  const ExitGuard guard(stop_seconds_max, exit_code);
  // The engine first: calls that wait for a job would keep the gateway from ending.
  std::exchange(stop_engine_, {})();
  if (gateway_) gateway_->stop();
  temp_dir_.remove();
}

}  // namespace py4cpp::launcher
