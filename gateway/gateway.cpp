// SPDX-License-Identifier: Apache-2.0
//
// Puts the parts together and decides over which connection a call to Python goes.
#include "gateway/gateway.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "gateway/callback/callback_pool.hpp"
#include "gateway/callback/release_queue.hpp"
#include "gateway/control/clients.hpp"
#include "gateway/control/complete_options.hpp"
#include "gateway/control/housekeeper.hpp"
#include "gateway/control/orphans.hpp"
#include "gateway/control/server.hpp"
#include "gateway/session/core.hpp"
#include "gateway/session/tell.hpp"
#include "gateway/transport/socket_transport.hpp"
#include "gateway/transport/tls.hpp"

namespace py4cpp {

namespace {

template <class Options>
std::unique_ptr<const TlsContext> context_of(const std::optional<Options>& options) {
  return options ? std::make_unique<const TlsContext>(*options) : nullptr;
}

}  // namespace

class Gateway::Impl final : public ProxyCaller {
 public:
  Impl(Registry& registry, GatewayOptions options)
      : core(registry, std::move(options)),
        tls(context_of(core.options.tls)),
        callback_tls(context_of(core.options.callback_tls)),
        server(core, tls.get(),
               {[this](Session& session) { begin(session); },
                [this](Session& session) { end(session); }, [this] { shut_down(); }}),
        pool(
            core,
            [this](const CallbackAddress& address, Session::Clock::time_point end) {
              return dial(address, callback_tls.get(), core.options, end);
            },
            [this] { housekeeper_.wake(); }) {
    core.cancel = [this](std::uint16_t remote_port, std::uint16_t local_port) {
      server.cancel(remote_port, local_port);
    };
    std::promise<void> unreachable;
    unreachable_ = unreachable.get_future();
    reach_ = std::shared_ptr<ProxyCaller>(
        this, [last = std::move(unreachable)](ProxyCaller*) mutable { last.set_value(); });
    core.proxy_caller = reach_;
  }

  /// Waits for the threads that have reached it through a proxy at this moment; they find it
  /// closed.
  ~Impl() override {
    reach_.reset();
    unreachable_.wait();
  }

  void start() {
    housekeeper_.start();
    server.start();
  }

  void call(const std::string& id, std::string_view method, std::vector<Value> arguments,
            const TakeResult& take) override {
    Session* const session = session_of_thread();
    std::optional<CallbackPool::Visit> visit;
    if (!session) visit.emplace(pool);         // The server waits for the threads of its sessions.
    const auto passed = std::move(arguments);  // Destroyed before the visit ends.
    Value result = call(session, id, method, passed);
    take(result, core.registry);
  }

  std::uint64_t acquire() noexcept override {
    ++core.counters.proxies;
    const std::uint64_t generation = clients_.generation_of_thread();
    pool.expect_server_of(generation);
    return generation;
  }

  void release(const std::string& id, std::uint64_t generation) noexcept override {
    --core.counters.proxies;
    if (id == wire::entry_point_id || !core.options.release_proxies) return;
    if (releases_.add(id, generation)) housekeeper_.wake();
  }

  void set_callback_address(CallbackAddress address) {
    pool.set_address(std::move(address));
    if (!core.options.pinned) clients_.begin_generation();
  }

  /// Tells Python of dead proxies over this thread's pinned connection, else over a callback
  /// connection. Those that it could not be told of wait for the next occasion.
  void flush_releases() {
    Session* const session = session_of_thread();
    if (session && clients_.generation_of_thread() != releases_.generation()) return;
    auto batch = releases_.take();
    if (batch.ids.empty()) return;
    const bool has_other_ways = core.options.pinned || pool.is_server_known();
    try {
      if (session) {
        session->release(batch.ids);
      } else {
        const CallbackPool::Visit visit(pool);  // Python may call C++ before it answers.
        pool.release(batch.ids, [&, this] { return batch.generation == releases_.generation(); });
      }
    } catch (const std::exception& failure) {
      if (has_other_ways) releases_.put_back(std::move(batch));
      // Whoever else uses the connection will hear that Python is gone.
      if (!dynamic_cast<const Disconnected*>(&failure)) throw;
    }
  }

  void stop() {
    if (pool.is_visited_by_thread() || server.is_own_thread() || housekeeper_.is_own_thread())
      throw Error(
          "a thread that serves a call of the gateway, or is its own, cannot stop it, because it "
          "would wait for itself: stop it from another thread (GatewayOptions::on_shutdown)");
    pool.close();
    housekeeper_.stop();
    server.stop();
    pool.wait_until_unvisited();
    core.objects.clear();
    tell_shutdown();
    end_wait();
  }

  void wait_for_shutdown() {
    std::unique_lock lock(over_mutex_);
    over_changed_.wait(lock, [this] { return is_over_; });
  }

  Core core;
  const std::unique_ptr<const TlsContext> tls, callback_tls;  // Null for plain connections.
  Server server;
  CallbackPool pool;

 private:
  Value call(Session* session, const std::string& id, std::string_view method,
             const std::vector<Value>& arguments) {
    const LatencyTimer timer(&core.counters.callbacks);
    bool was_sent = false;
    if (session) return session->call(id, method, arguments, was_sent);
    // A pinned client's Python thread answers nested commands on the same connection, so nested
    // callbacks must stay on it as well.
    return pool.call(id, method, arguments, [this](Session* used) {
      if (core.options.pinned) set_session_of_thread(used);
    });
  }

  void begin(Session& session) {
    if (clients_.join(session)) pool.expect_new_server();  // It may have been called before.
    if (!releases_.is_empty()) housekeeper_.wake();
    if (!core.options.pinned) return;
    set_session_of_thread(&session);
    // A pinned client is told on its own connection while it is talking anyway; the housekeeper
    // needs another connection, if there is one, and comes for what nobody took along.
    session.before_answer = [this](Session&) {
      if (!releases_.is_empty() &&
          releases_.due() - core.options.release_ms_max / 2 <= Housekeeper::Clock::now())
        flush_releases();
    };
  }

  void end(Session& session) {
    if (core.options.pinned) set_session_of_thread(nullptr);
    clients_.leave(session);
    if (orphans_.due() != Housekeeper::never) housekeeper_.wake();
  }

  Housekeeper::Clock::time_point do_chores(Housekeeper::Clock::time_point now) {
    // Our token is not for whoever listens in the place of a callback server: without a client that
    // is gone as well, and a pinned client need not have one.
    const bool may_release =
        !clients_.is_empty() && (!core.options.pinned || pool.is_server_known());
    try {
      if (may_release && releases_.due() <= now) flush_releases();
      forget_orphans(now);
    } catch (const std::exception& error) {
      core.log(LogLevel::warn, log_components::gateway, error.what());
    }
    const auto due = may_release ? releases_.due() : Housekeeper::never;
    return std::min({due <= now ? now + core.options.release_ms_max : due, pool.close_idle(now),
                     orphans_.due()});
  }

  /// An open callback connection shows that its client is still there.
  void forget_orphans(Housekeeper::Clock::time_point now) {
    if (now < orphans_.due()) return;
    if (pool.is_connected()) return orphans_.postpone(now);
    if (const auto count = orphans_.forget(); count > 0)
      core.log(
          LogLevel::info, log_components::gateway,
          "forgot " + std::to_string(count) + " objects of clients that are gone (orphans_ms_max)");
  }

  void shut_down() {
    pool.close();
    core.objects.clear();
    tell_shutdown();
    try {
      if (!was_shut_down_.exchange(true) && core.options.on_shutdown) core.options.on_shutdown();
    } catch (...) {
      end_wait();
      throw;
    }
    end_wait();
  }

  void tell_shutdown() {
    if (was_shutdown_told_.exchange(true)) return;
    tell(core, [](GatewayListener& listener) { listener.server_post_shutdown(); });
  }

  void end_wait() {
    {
      const std::lock_guard lock(over_mutex_);
      is_over_ = true;
    }
    over_changed_.notify_all();
  }

  Session* session_of_thread() const {
    if (!core.options.pinned) return nullptr;
    const std::lock_guard lock(sessions_mutex_);
    const auto found = sessions_.find(std::this_thread::get_id());
    return found == sessions_.end() ? nullptr : found->second;
  }

  void set_session_of_thread(Session* session) {
    const std::lock_guard lock(sessions_mutex_);
    if (session)
      sessions_[std::this_thread::get_id()] = session;
    else
      sessions_.erase(std::this_thread::get_id());
  }

  mutable std::mutex sessions_mutex_;
  std::unordered_map<std::thread::id, Session*> sessions_;  // Pinned: the connection of a thread.

  ReleaseQueue releases_{core.options.released_proxies_max, core.options.release_ms_max};
  Orphans orphans_{core.objects, core.options.orphans_ms_max};
  /// An open callback connection shows that an unpinned client is still there. A pinned one may
  /// have none, and a successor without a callback server does not answer for its predecessor's.
  Clients clients_{releases_, orphans_,
                   [this] { return !core.options.pinned && pool.is_connected(); },
                   [this] {
                     if (core.options.pinned) pool.forget_server();
                   }};
  std::shared_ptr<ProxyCaller> reach_;  // What proxies refer to; owns nothing.
  std::future<void> unreachable_;       // Comes when the last reference of reach_ has gone.
  std::atomic<bool> was_shut_down_ = false, was_shutdown_told_ = false;

  std::mutex over_mutex_;
  std::condition_variable over_changed_;
  bool is_over_ = false;  // Guarded by over_mutex_.

  /// The last member: its thread uses the others, so it has to end before they do.
  Housekeeper housekeeper_{[this](auto now) { return do_chores(now); }};
};

Gateway::Gateway(Registry& registry, GatewayOptions options) {
  options = complete_options(std::move(options));
  registry.freeze();
  impl_ = std::make_unique<Impl>(registry, std::move(options));
  impl_->core.gateway = this;
  impl_->start();
}

Gateway::~Gateway() { stop(); }

std::uint16_t Gateway::port() const { return impl_->server.port(); }

const std::string& Gateway::address() const { return impl_->server.address(); }

const std::string& Gateway::token() const { return impl_->core.options.token; }

void Gateway::stop() { impl_->stop(); }

void Gateway::wait_for_shutdown() { impl_->wait_for_shutdown(); }

Proxy Gateway::python_entry_point() {
  return Proxy(std::make_shared<RemoteProxy>(std::string(wire::entry_point_id),
                                             std::vector<std::string>(), impl_->core.proxy_caller));
}

CallbackAddress Gateway::callback_address() const { return impl_->pool.address(); }

void Gateway::set_callback_address(CallbackAddress address) {
  impl_->set_callback_address(std::move(address));
}

void Gateway::release_proxies() { impl_->flush_releases(); }

std::size_t Gateway::object_count() const { return impl_->core.objects.size(); }

std::size_t Gateway::connection_count() const { return impl_->server.connection_count(); }

GatewayMetrics Gateway::metrics() const {
  const auto& counters = impl_->core.counters;
  GatewayMetrics metrics;
  metrics.methods = counters.calls.snapshot();
  metrics.callbacks = counters.callbacks.histogram();
  metrics.callback_failures = counters.callbacks.failures();
  metrics.objects = object_count();
  metrics.proxies = counters.proxies;
  metrics.connections = connection_count();
  metrics.connections_accepted = impl_->core.connections_ever;
  metrics.bytes_received = counters.bytes_received;
  metrics.bytes_sent = counters.bytes_sent;
  metrics.bytes_streamed = counters.bytes_streamed;
  metrics.refused = counters.refusals.snapshot();
  return metrics;
}

}  // namespace py4cpp
