// SPDX-License-Identifier: Apache-2.0
//
// Puts the parts together and decides over which connection a call to Python goes.
#include "gateway/gateway.hpp"

#include <atomic>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/token.hpp"
#include "gateway/callback_pool.hpp"
#include "gateway/core.hpp"
#include "gateway/server.hpp"
#include "gateway/socket_transport.hpp"

namespace py4cpp {

namespace {

/// Dead proxies wait this long for company before Python is told.
constexpr std::chrono::seconds release_delay{1};

GatewayOptions complete(GatewayOptions options) {
  if (!options.authenticate)
    options.token.clear();
  else if (options.token.empty())
    options.token = random_token();
  return options;
}

}  // namespace

class Gateway::Impl final : public ProxyCaller {
 public:
  Impl(Registry& registry, GatewayOptions options)
      : core(registry, complete(std::move(options))),
        server(core, {[this](Session& session) { begin(session); },
                      [this](Session& session) { end(session); }, [this] { shut_down(); }}),
        pool(core, [this](const CallbackAddress& address) {
          return dial(server.sockets(), address, core.options.callback_connect_ms_max);
        }) {
    core.cancel = [this](std::uint16_t remote_port, std::uint16_t local_port) {
      server.cancel(remote_port, local_port);
    };
  }

  Value call(const std::string& id, std::string_view method,
             std::vector<Value> arguments) override {
    bool was_sent = false;
    if (Session* session = session_of_thread())
      return session->call(id, method, arguments, was_sent);
    // A pinned client's Python thread answers nested commands on the same connection, so nested
    // callbacks must stay on it as well.
    return pool.call(id, method, arguments, [this](Session* session) {
      if (core.options.pinned) set_session_of_thread(session);
    });
  }

  void release(const std::string& id) noexcept override {
    if (id == wire::entry_point_id) return;
    try {
      const std::lock_guard lock(release_mutex_);
      if (released_.empty()) first_release_ = std::chrono::steady_clock::now();
      // When Python cannot be told, its oldest proxies stay alive there: better than growing here.
      if (released_.size() >= core.options.released_proxies_max) released_.erase(released_.begin());
      released_.push_back(id);
      has_released_ = true;
    } catch (const std::bad_alloc&) {
      // Python keeps one object too long.
    }
  }

  /// Tells Python of dead proxies over this thread's pinned connection, else over a callback
  /// connection; when there is none either, Python is not interested.
  void flush_releases() {
    std::vector<std::string> ids;
    {
      const std::lock_guard lock(release_mutex_);
      ids.swap(released_);
      has_released_ = false;
    }
    if (ids.empty()) return;
    try {
      if (Session* session = session_of_thread())
        session->release(ids);
      else
        pool.release(ids);
    } catch (const Disconnected&) {
      // Python is gone, and its proxies with it.
    }
  }

  void stop() {
    pool.close();
    server.stop();
    core.objects.clear();
  }

  Core core;
  Server server;
  CallbackPool pool;

 private:
  void begin(Session& session) {
    if (core.options.pinned) set_session_of_thread(&session);
    session.before_answer = [this](Session&) {
      if (!has_released_) return;
      {
        const std::lock_guard lock(release_mutex_);
        const bool is_due = released_.size() >= core.options.released_proxies_max / 2 ||
                            std::chrono::steady_clock::now() - first_release_ >= release_delay;
        if (!is_due) return;
      }
      flush_releases();
    };
  }

  void end(Session&) { set_session_of_thread(nullptr); }

  void shut_down() {
    pool.close();
    core.objects.clear();
    if (!was_shut_down_.exchange(true) && core.options.on_shutdown) core.options.on_shutdown();
  }

  Session* session_of_thread() const {
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

  std::mutex release_mutex_;
  std::vector<std::string> released_;
  std::chrono::steady_clock::time_point first_release_;
  std::atomic<bool> has_released_ = false;
  std::atomic<bool> was_shut_down_ = false;
};

Gateway::Gateway(Registry& registry, GatewayOptions options) {
  registry.freeze();
  impl_ = std::make_shared<Impl>(registry, std::move(options));
  impl_->core.gateway = this;
  impl_->core.proxy_caller = impl_;
  impl_->server.start();
}

Gateway::~Gateway() { stop(); }

std::uint16_t Gateway::port() const { return impl_->server.port(); }

const std::string& Gateway::token() const { return impl_->core.options.token; }

void Gateway::stop() { impl_->stop(); }

Proxy Gateway::python_entry_point() {
  return Proxy(std::make_shared<RemoteProxy>(std::string(wire::entry_point_id),
                                             std::vector<std::string>(), impl_->core.proxy_caller));
}

CallbackAddress Gateway::callback_address() const { return impl_->pool.address(); }

void Gateway::set_callback_address(CallbackAddress address) {
  impl_->pool.set_address(std::move(address));
}

void Gateway::release_proxies() { impl_->flush_releases(); }

std::size_t Gateway::object_count() const { return impl_->core.objects.size(); }

std::size_t Gateway::connection_count() const { return impl_->server.connection_count(); }

}  // namespace py4cpp
