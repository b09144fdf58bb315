// SPDX-License-Identifier: Apache-2.0
#include "runner/worker_factories.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "runner/pool/block_signals.hpp"
#include "runner/pool/worker_host.hpp"

namespace py4cpp::runner {
namespace {

// Idle workers are looked at this often: a fraction of what they may wait, within reason.
std::chrono::milliseconds expiry_interval(const WorkerOptions& options) {
  return std::clamp(options.idle_ms_max / 4, std::chrono::milliseconds(20),
                    std::chrono::milliseconds(10'000));
}

}  // namespace

class WorkerFactories::Impl {
 public:
  explicit Impl(WorkerOptions with)
      : host(std::move(with)), expiry([this](const std::stop_token& stop) { expire_idle(stop); }) {}

  WorkerFactory& get(const std::string& python_executable,
                     const std::map<std::string, std::string>& function_environment) {
    const std::lock_guard lock(mutex);
    auto& place = factories[{python_executable, function_environment}];
    if (!place && factories.size() > host.options.factories_max) {
      factories.erase({python_executable, function_environment});
      throw Overloaded("Python functions come with more than " +
                       std::to_string(host.options.factories_max) +
                       " different interpreters and environments, and each of them needs a daemon; "
                       "give functions the same environment, or raise factories_max");
    }
    if (!place) {
      place = std::make_unique<WorkerFactory>(python_executable, function_environment, host);
    }
    return *place;
  }

  std::vector<WorkerFactory*> all() const {
    const std::lock_guard lock(mutex);
    std::vector<WorkerFactory*> found;
    for (const auto& [key, factory] : factories) found.push_back(factory.get());
    return found;
  }

  // Daemons take some 20 ms to end: several do so side by side.
  void stop() {
    const std::vector<WorkerFactory*> stopped = all();
    std::vector<std::jthread> threads;
    for (WorkerFactory* factory : stopped) {
      if (factory == stopped.back()) {
        factory->stop();
      } else {
        threads.emplace_back([factory] {
          block_signals();
          factory->stop();
        });
      }
    }
  }

  // A thread of its own: the daemon of the last worker may take some time to end.
  void expire_idle(const std::stop_token& stop) {
    block_signals();
    std::mutex sleep_mutex;
    std::condition_variable_any sleep;
    std::unique_lock lock(sleep_mutex);
    const auto stopped = [&] { return stop.stop_requested(); };
    while (!sleep.wait_for(lock, stop, expiry_interval(host.options), stopped)) {
      for (WorkerFactory* factory : all()) factory->expire_idle();
    }
  }

  using Key = std::pair<std::string, std::map<std::string, std::string>>;

  mutable std::mutex mutex;  // guards factories; they themselves never go away
  std::map<Key, std::unique_ptr<WorkerFactory>> factories;
  // Its thread uses what stands above, and ends before.
  WorkerHost host;
  // Last: it uses all of that.
  std::jthread expiry;
};

WorkerFactories::WorkerFactories(WorkerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

WorkerFactories::~WorkerFactories() { stop(); }

WorkerFactory& WorkerFactories::get(
    const std::string& python_executable,
    const std::map<std::string, std::string>& function_environment) {
  return impl_->get(python_executable, function_environment);
}

void WorkerFactories::stop() { impl_->stop(); }

WorkerStats WorkerFactories::stats() const {
  WorkerStats sum;
  for (const WorkerFactory* factory : impl_->all()) sum += factory->stats();
  return sum;
}

RunnerMetrics WorkerFactories::metrics() const {
  RunnerMetrics metrics = impl_->host.counters.snapshot();
  metrics.workers = stats();
  return metrics;
}

WorkerHost& WorkerFactories::host() { return impl_->host; }

const WorkerOptions& WorkerFactories::options() const { return impl_->host.options; }

}  // namespace py4cpp::runner
