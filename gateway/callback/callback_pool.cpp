// SPDX-License-Identifier: Apache-2.0
#include "gateway/callback/callback_pool.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/transport/sockets.hpp"

namespace py4cpp {

namespace {

/// Between two questions whether a new callback server listens by now.
constexpr std::chrono::milliseconds listen_interval{2};

}  // namespace

/// A session in use by this thread. It goes back to the pool unless it broke.
class CallbackPool::Lease {
 public:
  Lease(CallbackPool& pool, Connection connection)
      : pool_(pool), connection_(std::move(connection)) {
    const std::lock_guard lock(pool_.mutex_);
    if (pool_.closed_) throw Disconnected("the gateway has stopped");
    pool_.busy_.push_back(&session());
  }
  ~Lease() {
    if (auto connection = release(); connection.session && !connection.session->is_broken())
      pool_.give_back(std::move(connection));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  Session& session() { return *connection_.session; }

  /// Takes the connection out of the lease, for another one.
  Connection release() {
    const std::lock_guard lock(pool_.mutex_);
    std::erase(pool_.busy_, connection_.session.get());
    return std::move(connection_);
  }

 private:
  CallbackPool& pool_;
  Connection connection_;
};

CallbackPool::CallbackPool(Core& core, Dial dial, std::function<void()> look)
    : core_(core),
      dial_(std::move(dial)),
      look_(std::move(look)),
      address_{core.options.callback_address, core.options.callback_port} {}

CallbackAddress CallbackPool::address() const {
  const std::lock_guard lock(mutex_);
  return address_;
}

void CallbackPool::set_address(CallbackAddress address) {
  std::vector<Idle> old;
  const std::lock_guard lock(mutex_);
  address_ = std::move(address);
  ++generation_;
  expects_token_ = true;
  is_server_known_ = may_start_to_listen_ = true;
  old.swap(idle_);
}

/// A connection that breaks may mean that another server is there now, which wants a token.
template <class F>
auto CallbackPool::use(Connection connection, F function) {
  Lease lease(*this, std::move(connection));
  try {
    return function(lease.session());
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (lease.session().is_broken()) expects_token_ = true;
    throw;
  }
}

Value CallbackPool::call(const std::string& id, std::string_view method,
                         const std::vector<Value>& arguments, const Using& uses) {
  bool must_not_repeat = false;
  const auto attempt = [&](Session& session) {
    uses(&session);
    try {
      Value result = session.call(id, method, arguments, must_not_repeat);
      uses(nullptr);
      return result;
    } catch (...) {
      uses(nullptr);
      must_not_repeat |= session.is_silent();
      throw;
    }
  };
  if (auto idle = take_idle(); idle.session) {
    try {
      return use(std::move(idle), attempt);
    } catch (const Disconnected&) {
      if (must_not_repeat) throw;
    }
  }
  return use(connect(), attempt);
}

void CallbackPool::release(const std::vector<std::string>& ids,
                           const std::function<bool()>& wanted) {
  auto idle = take_idle();
  use(idle.session ? std::move(idle) : connect(), [&](Session& session) {
    if (wanted()) session.release(ids);
  });
}

bool CallbackPool::is_connected() const {
  const std::lock_guard lock(mutex_);
  const auto is_open = [](Session& session) { return !session.transport().is_hung_up(); };
  return std::ranges::any_of(busy_, [&](Session* session) { return is_open(*session); }) ||
         std::ranges::any_of(idle_, [&](const Idle& idle) { return is_open(*idle.session); });
}

void CallbackPool::close() {
  std::vector<Idle> old;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  old.swap(idle_);
  for (Session* session : busy_) session->transport().shut_down();
}

thread_local const CallbackPool::Visit* CallbackPool::Visit::innermost_ = nullptr;

CallbackPool::Visit::Visit(CallbackPool& pool) : pool_(pool), outer_(innermost_) {
  ++pool_.visits_;
  if (pool_.closed_) {
    leave();
    throw Disconnected("the gateway has stopped");
  }
  innermost_ = this;
}

CallbackPool::Visit::~Visit() {
  innermost_ = outer_;
  leave();
}

void CallbackPool::Visit::leave() {
  if (--pool_.visits_ > 0 || !pool_.closed_) return;
  const std::lock_guard lock(pool_.mutex_);
  pool_.unvisited_.notify_all();
}

bool CallbackPool::is_visited_by_thread() const {
  for (const Visit* visit = Visit::innermost_; visit; visit = visit->outer_)
    if (&visit->pool_ == this) return true;
  return false;
}

void CallbackPool::wait_until_unvisited() {
  std::unique_lock lock(mutex_);
  unvisited_.wait(lock, [this] { return visits_ == 0; });
}

CallbackPool::Connection CallbackPool::take_idle() {
  std::vector<Idle> stale;
  const std::lock_guard lock(mutex_);
  const auto is_ours = [this](const Idle& idle) {
    return !core_.options.pinned || idle.user == std::this_thread::get_id();
  };
  for (;;) {
    const auto last = std::find_if(idle_.rbegin(), idle_.rend(), is_ours);
    if (last == idle_.rend()) return {};
    Idle idle = std::move(*last);
    idle_.erase(std::prev(last.base()));
    // Nobody speaks to us on an idle connection: what can be read there is its end.
    if (!idle.session->transport().wait_readable(std::chrono::milliseconds(0)))
      return {std::move(idle.session), generation_};
    stale.push_back(std::move(idle));
  }
}

std::chrono::steady_clock::time_point CallbackPool::close_idle(
    std::chrono::steady_clock::time_point now) {
  if (!closes_idle()) return decltype(now)::max();
  const auto idle_max = core_.options.callback_idle_ms_max;
  std::vector<Idle> old;
  const std::lock_guard lock(mutex_);
  const auto first_kept = std::find_if(
      idle_.begin(), idle_.end(), [&](const Idle& idle) { return idle.since + idle_max > now; });
  std::move(idle_.begin(), first_kept, std::back_inserter(old));
  idle_.erase(idle_.begin(), first_kept);
  close_idle_due_ = idle_.empty() ? decltype(now)::max() : idle_.front().since + idle_max;
  return close_idle_due_;
}

bool CallbackPool::closes_idle() const {
  return core_.options.callback_idle_ms_max.count() > 0 && !core_.options.pinned;
}

CallbackPool::Connection CallbackPool::connect() {
  try {
    auto connection = open();
    if (!is_server_known_.exchange(true)) look_();
    return connection;
  } catch (const Disconnected&) {
    is_server_known_ = false;
    throw;
  }
}

/// A callback server without a token refuses the command that presents one, so it is asked again
/// without: we lose nothing by that, since whoever took its place would just have said yes. One
/// that does want another token closes the second connection. Where clients need no token the
/// callback server may want one all the same.
CallbackPool::Connection CallbackPool::open() {
  const auto& options = core_.options;
  const std::string& token =
      options.callback_token.empty() ? options.token : options.callback_token;
  std::unique_lock lock(mutex_);
  const CallbackAddress address = address_;
  const std::uint64_t generation = generation_;
  const bool with_token = expects_token_ && !token.empty();
  lock.unlock();
  const auto end = Session::Clock::now() + options.callback_connect_ms_max;
  const auto dial = [&] {
    return Connection{
        std::make_unique<Session>(core_, reach(address, generation, end), Session::Opened::by_us),
        generation};
  };
  Connection connection = dial();
  if (with_token) {
    Lease lease(*this, std::move(connection));
    if (lease.session().present_token(token, end)) {
      connection = lease.release();
    } else {
      lock.lock();
      if (generation == generation_) expects_token_ = false;
      lock.unlock();
      connection = dial();
    }
  }
  connection.session->announce();
  return connection;
}

/// py4j's client goes on when its callback server has bound the port; a thread that has only begun
/// listens on it (java_gateway.py: CallbackServer.start, run).
std::unique_ptr<Transport> CallbackPool::reach(const CallbackAddress& address,
                                               std::uint64_t generation,
                                               Session::Clock::time_point end) {
  const auto listens_by =
      std::min(end, Session::Clock::now() + core_.options.callback_listen_ms_max);
  for (;; std::this_thread::sleep_for(listen_interval)) {
    try {
      auto transport = dial_(address, end);
      know_whether_it_listens(generation);
      return transport;
    } catch (const ConnectionRefused&) {
      if (closed_ || !may_start_to_listen(generation)) throw;
      if (Session::Clock::now() < listens_by) continue;
      know_whether_it_listens(generation);
      throw;
    }
  }
}

bool CallbackPool::may_start_to_listen(std::uint64_t generation) const {
  const std::lock_guard lock(mutex_);
  return may_start_to_listen_ && generation == generation_;
}

void CallbackPool::know_whether_it_listens(std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation == generation_) may_start_to_listen_ = false;
}

void CallbackPool::expect_new_server() {
  const std::lock_guard lock(mutex_);
  may_start_to_listen_ = true;
}

void CallbackPool::expect_server_of(std::uint64_t clients) {
  if (clients <= expected_clients_) return;
  const std::lock_guard lock(mutex_);
  if (clients <= expected_clients_) return;
  expected_clients_ = clients;
  may_start_to_listen_ = true;
}

void CallbackPool::give_back(Connection connection) {
  Idle superfluous;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || connection.generation != generation_ || core_.options.callback_idle_max == 0)
      return;
    if (idle_.size() >= core_.options.callback_idle_max) {
      superfluous = std::move(idle_.front());
      idle_.erase(idle_.begin());
    }
    const auto now = std::chrono::steady_clock::now();
    idle_.push_back({std::move(connection.session), std::this_thread::get_id(), now});
    const auto due = now + core_.options.callback_idle_ms_max;
    if (!closes_idle() || due >= close_idle_due_) return;
    close_idle_due_ = due;
  }
  look_();
}

}  // namespace py4cpp
