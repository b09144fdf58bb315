// SPDX-License-Identifier: Apache-2.0
#include "runner/worker_factory.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <deque>
#include <mutex>
#include <utility>

#include "base/error.hpp"
#include "runner/lease.hpp"
#include "runner/pool/daemon_keeper.hpp"
#include "runner/pool/release_check.hpp"
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
        host_(host),
        daemon_(python_executable_, environment_, host) {}

  Lease acquire(const std::shared_ptr<const CancelToken>& cancel);
  void prewarm(std::size_t count);
  bool stop_worker(pid_t pid);
  void expire_idle();
  void stop();

  bool use_daemon() const { return host_.options.use_daemon; }
  std::optional<DaemonInfo> daemon() const;
  std::vector<WorkerInfo> workers() const;
  WorkerStats stats() const;
  const std::string& python_executable() const { return python_executable_; }

 private:
  using Workers = std::vector<std::unique_ptr<Worker>>;

  std::unique_ptr<Worker> take_idle();
  std::unique_ptr<Worker> create(const CancelToken* cancel);
  std::unique_ptr<Worker> create_through_daemon(const CancelToken* cancel);
  std::unique_ptr<Worker> create_simple_worker(const CancelToken* cancel);
  void release_worker(std::unique_ptr<Worker> worker, WorkerAction action);
  void put_idle(std::unique_ptr<Worker> worker);
  void end_worker(std::unique_ptr<Worker> worker, WorkerEvent why);
  void end_worker(std::unique_ptr<Worker> worker, WorkerAction action);

  const std::string python_executable_;
  const Environment environment_;
  WorkerHost& host_;
  DaemonKeeper daemon_;
  std::atomic<bool> release_checked_ = false;  // by a simple worker

  mutable std::mutex mutex_;  // guards what follows, and is held for no system call but poll, kill
  std::map<pid_t, Worker*> workers_;          // those that are leased or idle
  std::deque<std::unique_ptr<Worker>> idle_;  // the one that waited longest comes first
  std::uint64_t generation_ = 0;              // of new workers; each stop() begins another one
  WorkerStats stats_;
};

Lease WorkerFactory::Impl::acquire(const std::shared_ptr<const CancelToken>& cancel) {
  if (cancel) cancel->throw_if_cancelled();
  std::unique_ptr<Worker> worker = take_idle();
  if (!worker) worker = create(cancel.get());
  {
    const std::lock_guard lock(mutex_);
    worker->life.on(WorkerEvent::leased);
    ++worker->tasks;
    ++stats_.leases;
  }
  host_.watch.add(*worker, cancel);
  return Lease(std::move(worker), [this](std::unique_ptr<Worker> back, WorkerAction action) {
    release_worker(std::move(back), action);
  });
}

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
  for (auto& worker : dead) end_worker(std::move(worker), WorkerEvent::lost);
  return found;
}

std::unique_ptr<Worker> WorkerFactory::Impl::create(const CancelToken* cancel) {
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    if (stats_.live >= host_.options.workers_max) {
      throw Overloaded("'" + python_executable_ + "' has " + std::to_string(stats_.live) +
                       " workers already; run fewer tasks at a time or raise workers_max");
    }
    ++stats_.live;
    generation = generation_;
  }
  try {
    std::unique_ptr<Worker> worker =
        use_daemon() ? create_through_daemon(cancel) : create_simple_worker(cancel);
    worker->generation = generation;
    const std::lock_guard lock(mutex_);
    workers_[worker->pid] = worker.get();
    ++stats_.created;
    return worker;
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --stats_.live;
    throw;
  }
}

std::unique_ptr<Worker> WorkerFactory::Impl::create_through_daemon(const CancelToken* cancel) {
  std::shared_ptr<Daemon> daemon = daemon_.start(cancel);
  std::unique_ptr<Worker> worker;
  try {
    worker = daemon->fork_worker(cancel);
  } catch (const Disconnected& error) {
    if (daemon_.stop(daemon)) {
      host_.log(LogLevel::warn,
                std::string("Failed to open socket to Python daemon: ") + error.what() +
                    "\nAssuming that daemon unexpectedly quit, attempting to restart");
      const std::lock_guard lock(mutex_);
      ++stats_.daemon_restarts;
    }
    daemon = daemon_.start(cancel);
    try {
      worker = daemon->fork_worker(cancel);
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

std::unique_ptr<Worker> WorkerFactory::Impl::create_simple_worker(const CancelToken* cancel) {
  const auto start = [&] {
    return start_simple_worker(python_executable_, environment_, host_, cancel);
  };
  if (release_checked_) return start();
  ReleaseCheck check(python_executable_, environment_, host_);
  std::unique_ptr<Worker> worker = check.around(start, cancel);
  release_checked_ = true;
  return worker;
}

void WorkerFactory::Impl::release_worker(std::unique_ptr<Worker> worker, WorkerAction action) {
  host_.watch.remove(*worker);
  if (action == WorkerAction::keep) {
    put_idle(std::move(worker));
  } else {
    end_worker(std::move(worker), action);
  }
}

void WorkerFactory::Impl::put_idle(std::unique_ptr<Worker> worker) {
  worker->idle_since = std::chrono::steady_clock::now();
  std::unique_ptr<Worker> ended;
  WorkerEvent why = WorkerEvent::expired;
  {
    const std::lock_guard lock(mutex_);
    if (worker->stop_reason() != StopReason::none) {
      ended = std::move(worker);  // its task ended well all the same
      why = WorkerEvent::lost;
    } else if (worker->generation != generation_) {
      ended = std::move(worker);
    } else {
      idle_.push_back(std::move(worker));
      if (idle_.size() > host_.options.idle_workers_max) {
        ended = std::move(idle_.front());
        idle_.pop_front();
      }
    }
  }
  if (ended) end_worker(std::move(ended), why);
}

void WorkerFactory::Impl::end_worker(std::unique_ptr<Worker> worker, WorkerEvent why) {
  const WorkerAction action = worker->life.on(why);
  end_worker(std::move(worker), action);
}

void WorkerFactory::Impl::end_worker(std::unique_ptr<Worker> worker, WorkerAction action) {
  {
    // From here on nobody else can reach the worker. Its id may be another's already.
    const std::lock_guard lock(mutex_);
    const auto place = workers_.find(worker->pid);
    if (place != workers_.end() && place->second == worker.get()) workers_.erase(place);
  }
  worker->end(action);
  worker.reset();
  const std::lock_guard lock(mutex_);
  --stats_.live;
  if (action == WorkerAction::kill) ++stats_.killed;
  if (action == WorkerAction::retire) ++stats_.retired;
}

void WorkerFactory::Impl::prewarm(std::size_t count) {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (idle_.size() >= std::min(count, host_.options.idle_workers_max)) return;
    }
    put_idle(create(nullptr));
  }
}

bool WorkerFactory::Impl::stop_worker(pid_t pid) {
  std::unique_ptr<Worker> idle;
  {
    const std::lock_guard lock(mutex_);
    const auto place = workers_.find(pid);
    if (place == workers_.end()) return false;
    const auto waits = std::find_if(idle_.begin(), idle_.end(),
                                    [&](const auto& worker) { return worker->pid == pid; });
    if (waits == idle_.end()) {
      place->second->stop_for(StopReason::requested, SIGKILL);
      return true;
    }
    idle = std::move(*waits);
    idle_.erase(waits);
  }
  end_worker(std::move(idle), WorkerEvent::expired);
  return true;
}

void WorkerFactory::Impl::expire_idle() {
  const auto oldest = std::chrono::steady_clock::now() - host_.options.idle_ms_max;
  Workers expired;
  Workers dead;
  {
    const std::lock_guard lock(mutex_);
    std::deque<std::unique_ptr<Worker>> kept;
    for (auto& worker : idle_) {
      if (!worker->idle_and_well()) {
        dead.push_back(std::move(worker));
      } else if (worker->idle_since <= oldest) {
        expired.push_back(std::move(worker));
      } else {
        kept.push_back(std::move(worker));
      }
    }
    idle_ = std::move(kept);
  }
  for (auto& worker : dead) end_worker(std::move(worker), WorkerEvent::lost);
  for (auto& worker : expired) end_worker(std::move(worker), WorkerEvent::expired);
}

void WorkerFactory::Impl::stop() {
  std::deque<std::unique_ptr<Worker>> idle;
  {
    const std::lock_guard lock(mutex_);
    idle.swap(idle_);
    ++generation_;
  }
  for (auto& worker : idle) end_worker(std::move(worker), WorkerEvent::expired);
  daemon_.stop();
}

std::optional<DaemonInfo> WorkerFactory::Impl::daemon() const {
  const std::shared_ptr<Daemon> daemon = daemon_.current();
  if (!daemon) return std::nullopt;
  return DaemonInfo{daemon->pid(), daemon->port()};
}

std::vector<WorkerInfo> WorkerFactory::Impl::workers() const {
  const std::lock_guard lock(mutex_);
  std::vector<WorkerInfo> found;
  found.reserve(workers_.size());
  for (const auto& [pid, worker] : workers_) {
    const bool waits =
        std::any_of(idle_.begin(), idle_.end(),
                    [&, mine = worker](const auto& idle) { return idle.get() == mine; });
    found.push_back({.pid = pid, .busy = !waits, .tasks = worker->tasks});
  }
  return found;
}

WorkerStats WorkerFactory::Impl::stats() const {
  const std::lock_guard lock(mutex_);
  WorkerStats stats = stats_;
  stats.idle = idle_.size();
  stats.daemon_starts = daemon_.starts();
  return stats;
}

WorkerStats& WorkerStats::operator+=(const WorkerStats& other) {
  live += other.live;
  idle += other.idle;
  created += other.created;
  leases += other.leases;
  reused += other.reused;
  killed += other.killed;
  retired += other.retired;
  daemon_starts += other.daemon_starts;
  daemon_restarts += other.daemon_restarts;
  return *this;
}

WorkerFactory::WorkerFactory(std::string python_executable,
                             const std::map<std::string, std::string>& function_environment,
                             WorkerHost& host)
    : impl_(std::make_unique<Impl>(std::move(python_executable), function_environment, host)) {}

WorkerFactory::~WorkerFactory() { stop(); }

Lease WorkerFactory::acquire(const std::shared_ptr<const CancelToken>& cancel) {
  return impl_->acquire(cancel);
}
void WorkerFactory::prewarm(std::size_t count) { impl_->prewarm(count); }
bool WorkerFactory::stop_worker(pid_t pid) { return impl_->stop_worker(pid); }
void WorkerFactory::expire_idle() { impl_->expire_idle(); }
void WorkerFactory::stop() { impl_->stop(); }
bool WorkerFactory::use_daemon() const { return impl_->use_daemon(); }
std::optional<DaemonInfo> WorkerFactory::daemon() const { return impl_->daemon(); }
std::vector<WorkerInfo> WorkerFactory::workers() const { return impl_->workers(); }
WorkerStats WorkerFactory::stats() const { return impl_->stats(); }
const std::string& WorkerFactory::python_executable() const { return impl_->python_executable(); }

}  // namespace py4cpp::runner
