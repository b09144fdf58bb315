// SPDX-License-Identifier: Apache-2.0
//
// py4j.instrumented: a program that starts a second gateway when it is asked to, and keeps account
// of everything that exists for it: the gateway's parts, each connection, and objects that Python
// made. The tests compare the names of what was made with those of what is gone.
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "gateway/collections.hpp"
#include "gateway/listener.hpp"
#include "tests/py4j/applications.hpp"
#include "tests/py4j/classes.hpp"
#include "tests/py4j/programs.hpp"

namespace py4j_peer {

using namespace py4cpp;

namespace {

/// The names of everything that was made, and of what is gone. Thread-safe.
class Metrics {
 public:
  std::string made(const std::string& kind) {
    const std::lock_guard lock(mutex_);
    return *made_.insert(kind + "@" + std::to_string(++count_)).first;
  }
  void gone(const std::string& name) {
    const std::lock_guard lock(mutex_);
    gone_.insert(name);
  }
  std::set<std::string> all_made() const {
    const std::lock_guard lock(mutex_);
    return made_;
  }
  std::set<std::string> all_gone() const {
    const std::lock_guard lock(mutex_);
    return gone_;
  }

 private:
  mutable std::mutex mutex_;
  int count_ = 0;
  std::set<std::string> made_, gone_;
};

/// Something that the metrics know, as long as it lives.
class Counted {
 public:
  Counted(std::shared_ptr<Metrics> metrics, const std::string& kind)
      : metrics_(std::move(metrics)), name_(metrics_->made(kind)) {}
  ~Counted() { metrics_->gone(name_); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  const std::string& name() const { return name_; }

 private:
  const std::shared_ptr<Metrics> metrics_;
  const std::string name_;
};

/// Counts the connections of one gateway.
class ConnectionCounter final : public GatewayListener {
 public:
  explicit ConnectionCounter(std::shared_ptr<Metrics> metrics) : metrics_(std::move(metrics)) {}

  void connection_started(const ConnectionInfo& connection) override {
    const std::lock_guard lock(mutex_);
    open_.try_emplace(connection.id, metrics_,
                      connection.is_callback ? "CallbackConnection" : "GatewayConnection");
  }
  void connection_stopped(const ConnectionInfo& connection) override {
    const std::lock_guard lock(mutex_);
    open_.erase(connection.id);
  }

 private:
  const std::shared_ptr<Metrics> metrics_;
  std::mutex mutex_;
  std::map<std::uint64_t, Counted> open_;
};

/// A gateway whose parts are counted under the names that the tests' comments give them.
class SecondServer {
 public:
  SecondServer(Registry& registry, GatewayOptions options, const std::shared_ptr<Metrics>& metrics)
      : server_(metrics, options.pinned ? "JavaServer" : "GatewayServer"),
        client_(metrics, options.pinned ? "PythonClient" : "CallbackClient"),
        gateway_(registry, with_watch(std::move(options), metrics)) {
    if (is_pinned_) whole_.emplace(metrics, "ClientServer");
  }

  Gateway& gateway() { return gateway_; }
  bool is_over() const { return is_over_; }

 private:
  GatewayOptions with_watch(GatewayOptions options, const std::shared_ptr<Metrics>& metrics) {
    is_pinned_ = options.pinned;
    options.listeners.push_back(std::make_shared<ConnectionCounter>(metrics));
    options.on_shutdown = [this] { is_over_ = true; };
    return options;
  }

  bool is_pinned_ = false;
  std::atomic<bool> is_over_ = false;
  std::optional<Counted> whole_;
  Counted server_, client_;
  Gateway gateway_;
};

/// The entry point of both gateways.
class Application : Living<Application>, public std::enable_shared_from_this<Application> {
 public:
  Application(Registry& registry, std::shared_ptr<Metrics> metrics,
              std::shared_ptr<LastPing> last_ping, bool pinned)
      : registry_(registry),
        metrics_(std::move(metrics)),
        last_ping_(std::move(last_ping)),
        pinned_(pinned) {}

  void start_server() {
    auto options = fixed_ports(5);
    options.pinned = pinned_;
    options.entry_point = shared_from_this();
    const std::lock_guard lock(mutex_);
    second_ = std::make_unique<SecondServer>(registry_, std::move(options), metrics_);
  }
  void start_server_with_python_entry(bool shut_down) {
    start_server();
    say_hello(second_->gateway());
    collect();
    const std::lock_guard lock(mutex_);
    if (shut_down) second_.reset();
  }
  /// What a garbage collection comes to: Python hears of dead proxies, and a gateway that was shut
  /// down goes. A JVM has two threads that finalize, and so two connections when pinned; when not,
  /// it loses the release that it sends on a connection that Python has closed, and keeps a proxy.
  void collect() {
    const std::lock_guard lock(mutex_);
    if (!second_) return;
    if (second_->is_over())
      second_.reset();
    else
      release_proxies();
  }
  /// The second gateway, whose entry point this is, goes at the latest now.
  void finish() {
    last_ping_->drop();
    const std::lock_guard lock(mutex_);
    if (second_) end(second_->gateway());
    second_.reset();
  }

 private:
  void release_proxies() {
    second_->gateway().release_proxies();
    if (!pinned_) return;
    std::thread([this] {
      last_ping_->drop();
      second_->gateway().release_proxies();
    }).join();
  }

  Registry& registry_;
  const std::shared_ptr<Metrics> metrics_;
  const std::shared_ptr<LastPing> last_ping_;
  const bool pinned_;
  std::mutex mutex_;  // Guards what follows.
  std::unique_ptr<SecondServer> second_;
};

int run_application(bool is_pinned) {
  const auto metrics = std::make_shared<Metrics>();
  Registry registry;
  const auto last_ping = std::make_shared<LastPing>();
  const auto application = std::make_shared<Application>(registry, metrics, last_ping, is_pinned);
  bind_all(registry, last_ping);
  registry.type<Application>("py4j.instrumented.InstrumentedApplication")
      .method("startServer2", &Application::start_server)
      .method("startServerWithPythonEntry", &Application::start_server_with_python_entry);
  registry.type<Counted>("py4j.instrumented.InstrumentedObject")
      .constructor([metrics](const std::string&) {
        return std::make_shared<Counted>(metrics, "InstrumentedObject");
      })
      .method("toString", &Counted::name);
  registry.type("py4j.instrumented.MetricRegistry")
      .static_method("forceFinalization", [application] { application->collect(); })
      .static_method("getCreatedObjectsKeySet", [metrics] { return metrics->all_made(); })
      .static_method("getFinalizedObjectsKeySet", [metrics] { return metrics->all_gone(); });
  auto options = fixed_ports();
  options.pinned = is_pinned;
  options.entry_point = application;
  Gateway gateway(registry, std::move(options));
  gateway.wait_for_shutdown();
  end(gateway);
  application->finish();
  return 0;
}

}  // namespace

int run_instrumented(Words) { return run_application(false); }

int run_instrumented_client_server(Words) { return run_application(true); }

}  // namespace py4j_peer
