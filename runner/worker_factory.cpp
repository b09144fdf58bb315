// SPDX-License-Identifier: Apache-2.0
#include "runner/worker_factory.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "runner/pool/daemon.hpp"
#include "runner/pool/lease.hpp"
#include "runner/pool/simple_worker.hpp"
#include "runner/pool/worker_environment.hpp"
#include "runner/pool/worker_host.hpp"

namespace py4cpp::runner {

class WorkerFactory::Impl {
 public:
  Impl(std::string python_executable, const Environment& function_environment, WorkerHost& host)
      : python_executable_(std::move(python_executable)),
        environment_(worker_environment(host.options, function_environment, current_environment(),
                                        host.faulthandler_dir.path().string())),
        host_(host) {}

  Lease acquire() {
    std::unique_ptr<Worker> worker = take_idle();
    if (!worker) worker = create();
    worker->life.on(WorkerEvent::leased);
    ++worker->tasks;
    return Lease(std::move(worker), [this](std::unique_ptr<Worker> back, WorkerAction action) {
      give_back(std::move(back), action);
    });
  }

  void prewarm(std::size_t count);
  void expire_idle();
  void stop();
  WorkerStats stats() const;

  const std::string& python_executable() const { return python_executable_; }

 private:
  using Workers = std::vector<std::unique_ptr<Worker>>;

  std::unique_ptr<Worker> take_idle();
  std::unique_ptr<Worker> create();
  std::unique_ptr<Worker> create_through_daemon();
  std::shared_ptr<Daemon> start_daemon();
  void stop_daemon(const std::shared_ptr<Daemon>& daemon);
  void give_back(std::unique_ptr<Worker> worker, WorkerAction action);
  void end(std::unique_ptr<Worker> worker, WorkerAction action);
  void put_idle(std::unique_ptr<Worker> worker);

  const std::string python_executable_;
  const Environment environment_;
  WorkerHost& host_;

  std::mutex start_mutex_;    // held while a daemon starts; taken before mutex_
  mutable std::mutex mutex_;  // guards everything below, and is held for no system call but poll
  std::shared_ptr<Daemon> daemon_;
  std::deque<std::unique_ptr<Worker>> idle_;  // the one that waited longest comes first
  WorkerStats stats_;
};

// The longest waiting first: it had the most time to tidy up after its last task.
std::unique_ptr<Worker> WorkerFactory::Impl::take_idle() {
  Workers dead;
  std::unique_ptr<Worker> found;
  {
    const std::lock_guard lock(mutex_);
    while (!found && !idle_.empty()) {
      std::unique_ptr<Worker> worker = std::move(idle_.front());
      idle_.pop_front();
      (worker->idle_and_well() ? found : dead.emplace_back()) = std::move(worker);
    }
    if (found) ++stats_.reused;
  }
  for (auto& worker : dead) {
    const WorkerAction action = worker->life.on(WorkerEvent::lost);
    end(std::move(worker), action);
  }
  return found;
}

std::unique_ptr<Worker> WorkerFactory::Impl::create() {
  {
    const std::lock_guard lock(mutex_);
    if (stats_.live >= host_.options.workers_max) {
      throw Overloaded("'" + python_executable_ + "' has " + std::to_string(stats_.live) +
                       " workers already; run fewer tasks at a time or raise workers_max");
    }
    ++stats_.live;
  }
  try {
    std::unique_ptr<Worker> worker =
        host_.options.use_daemon ? create_through_daemon()
                                 : start_simple_worker(python_executable_, environment_, host_);
    const std::lock_guard lock(mutex_);
    ++stats_.created;
    return worker;
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --stats_.live;
    throw;
  }
}

std::unique_ptr<Worker> WorkerFactory::Impl::create_through_daemon() {
  std::shared_ptr<Daemon> daemon = start_daemon();
  std::unique_ptr<Worker> worker;
  try {
    worker = daemon->fork_worker();
  } catch (const Disconnected& error) {
    host_.log(LogLevel::warn,
              std::string("Failed to open socket to Python daemon: ") + error.what() +
                  "\nAssuming that daemon unexpectedly quit, attempting to restart");
    stop_daemon(daemon);
    daemon = start_daemon();
    try {
      worker = daemon->fork_worker();
    } catch (const Disconnected& again) {
      const auto lines = daemon->output()->last_lines();
      throw WorkerFailed(with_lines("a new Python daemon of '" + python_executable_ +
                                        "' does not fork workers either: " + again.what(),
                                    lines),
                         lines);
    }
  }
  worker->daemon = std::move(daemon);
  return worker;
}

std::shared_ptr<Daemon> WorkerFactory::Impl::start_daemon() {
  const std::lock_guard starting(start_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (daemon_) return daemon_;
  }
  auto daemon = std::make_shared<Daemon>(python_executable_, environment_, host_);
  const std::lock_guard lock(mutex_);
  ++stats_.daemon_starts;
  daemon_ = daemon;
  return daemon;
}

// Forgets this daemon, unless another thread has replaced it already. Workers that it forked and
// that still serve tasks keep it; its process ends with the last of them.
void WorkerFactory::Impl::stop_daemon(const std::shared_ptr<Daemon>& daemon) {
  const std::lock_guard lock(mutex_);
  if (daemon_ == daemon) daemon_.reset();
}

void WorkerFactory::Impl::give_back(std::unique_ptr<Worker> worker, WorkerAction action) {
  if (action == WorkerAction::keep) {
    put_idle(std::move(worker));
  } else {
    end(std::move(worker), action);
  }
}

void WorkerFactory::Impl::end(std::unique_ptr<Worker> worker, WorkerAction action) {
  worker->end(action);
  worker.reset();
  const std::lock_guard lock(mutex_);
  --stats_.live;
  if (action == WorkerAction::kill) ++stats_.killed;
}

void WorkerFactory::Impl::put_idle(std::unique_ptr<Worker> worker) {
  worker->idle_since = std::chrono::steady_clock::now();
  std::unique_ptr<Worker> one_too_many;
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(worker));
    if (idle_.size() > host_.options.idle_workers_max) {
      one_too_many = std::move(idle_.front());
      idle_.pop_front();
    }
  }
  if (!one_too_many) return;
  const WorkerAction action = one_too_many->life.on(WorkerEvent::expired);
  end(std::move(one_too_many), action);
}

void WorkerFactory::Impl::prewarm(std::size_t count) {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (idle_.size() >= std::min(count, host_.options.idle_workers_max)) return;
    }
    put_idle(create());
  }
}

void WorkerFactory::Impl::expire_idle() {
  const auto oldest = std::chrono::steady_clock::now() - host_.options.idle_ms_max;
  Workers expired;
  {
    const std::lock_guard lock(mutex_);
    std::deque<std::unique_ptr<Worker>> kept;
    for (auto& worker : idle_) {
      const bool stays = worker->idle_since > oldest && worker->idle_and_well();
      (stays ? kept.emplace_back() : expired.emplace_back()) = std::move(worker);
    }
    idle_ = std::move(kept);
  }
  for (auto& worker : expired) {
    const WorkerAction action = worker->life.on(WorkerEvent::expired);
    end(std::move(worker), action);
  }
}

void WorkerFactory::Impl::stop() {
  std::shared_ptr<Daemon> daemon;
  std::deque<std::unique_ptr<Worker>> idle;
  {
    const std::lock_guard lock(mutex_);
    daemon = std::move(daemon_);
    idle = std::move(idle_);
    idle_.clear();
  }
  for (auto& worker : idle) {
    const WorkerAction action = worker->life.on(WorkerEvent::expired);
    end(std::move(worker), action);
  }
}

WorkerStats WorkerFactory::Impl::stats() const {
  const std::lock_guard lock(mutex_);
  WorkerStats stats = stats_;
  stats.idle = idle_.size();
  return stats;
}

WorkerFactory::WorkerFactory(std::string python_executable,
                             const std::map<std::string, std::string>& function_environment,
                             WorkerHost& host)
    : impl_(std::make_unique<Impl>(std::move(python_executable), function_environment, host)) {}

WorkerFactory::~WorkerFactory() { stop(); }

Lease WorkerFactory::acquire() { return impl_->acquire(); }
void WorkerFactory::prewarm(std::size_t count) { impl_->prewarm(count); }
void WorkerFactory::expire_idle() { impl_->expire_idle(); }
void WorkerFactory::stop() { impl_->stop(); }
WorkerStats WorkerFactory::stats() const { return impl_->stats(); }
const std::string& WorkerFactory::python_executable() const { return impl_->python_executable(); }

}  // namespace py4cpp::runner
