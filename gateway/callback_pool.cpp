// SPDX-License-Identifier: Apache-2.0
#include "gateway/callback_pool.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace py4cpp {

/// A session in use by this thread. It goes back to the pool unless it broke.
class CallbackPool::Lease {
 public:
  Lease(CallbackPool& pool, std::unique_ptr<Session> session)
      : pool_(pool), session_(std::move(session)) {
    const std::lock_guard lock(pool_.mutex_);
    if (pool_.closed_) throw Disconnected("the gateway has stopped");
    generation_ = pool_.generation_;
    pool_.busy_.insert(session_.get());
  }
  ~Lease() {
    if (auto session = release(); session && !session->is_broken())
      pool_.give_back(std::move(session), generation_);
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  Session& session() { return *session_; }

  /// Takes the session out of the lease, for another one.
  std::unique_ptr<Session> release() {
    const std::lock_guard lock(pool_.mutex_);
    pool_.busy_.erase(session_.get());
    return std::move(session_);
  }

 private:
  CallbackPool& pool_;
  std::unique_ptr<Session> session_;
  std::uint64_t generation_ = 0;
};

CallbackPool::CallbackPool(Core& core, Dial dial, std::function<void()> idle_began)
    : core_(core),
      dial_(std::move(dial)),
      idle_began_(std::move(idle_began)),
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
  old.swap(idle_);
}

Value CallbackPool::call(const std::string& id, std::string_view method,
                         const std::vector<Value>& arguments, const Using& uses) {
  const auto attempt = [&](std::unique_ptr<Session> session, bool& was_sent) {
    Lease lease(*this, std::move(session));
    uses(&lease.session());
    try {
      Value result = lease.session().call(id, method, arguments, was_sent);
      uses(nullptr);
      return result;
    } catch (...) {
      uses(nullptr);
      throw;
    }
  };
  bool was_sent = false;
  if (auto idle = take_idle()) {
    try {
      return attempt(std::move(idle), was_sent);
    } catch (const Disconnected&) {
      if (was_sent) throw;
    }
  }
  return attempt(connect(), was_sent);
}

void CallbackPool::release(const std::vector<std::string>& ids) {
  auto session = take_idle();
  Lease lease(*this, session ? std::move(session) : connect());
  lease.session().release(ids);
}

void CallbackPool::close() {
  std::vector<Idle> old;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  old.swap(idle_);
  for (Session* session : busy_) session->transport().shut_down();
}

std::unique_ptr<Session> CallbackPool::take_idle() {
  std::vector<Idle> stale;
  const std::lock_guard lock(mutex_);
  const auto is_ours = [this](const Idle& idle) {
    return !core_.options.pinned || idle.user == std::this_thread::get_id();
  };
  for (;;) {
    const auto last = std::find_if(idle_.rbegin(), idle_.rend(), is_ours);
    if (last == idle_.rend()) return nullptr;
    Idle idle = std::move(*last);
    idle_.erase(std::prev(last.base()));
    // Nobody speaks to us on an idle connection: what can be read there is its end.
    if (!idle.session->transport().wait_readable(std::chrono::milliseconds(0)))
      return std::move(idle.session);
    stale.push_back(std::move(idle));
  }
}

std::chrono::steady_clock::time_point CallbackPool::close_idle(
    std::chrono::steady_clock::time_point now) {
  const auto idle_max = core_.options.callback_idle_ms_max;
  if (idle_max.count() <= 0 || core_.options.pinned) return decltype(now)::max();
  std::vector<Idle> old;
  const std::lock_guard lock(mutex_);
  const auto first_kept = std::find_if(
      idle_.begin(), idle_.end(), [&](const Idle& idle) { return idle.since + idle_max > now; });
  std::move(idle_.begin(), first_kept, std::back_inserter(old));
  idle_.erase(idle_.begin(), first_kept);
  return idle_.empty() ? decltype(now)::max() : idle_.front().since + idle_max;
}

/// A callback server without a token refuses the command that presents one, so it is asked again
/// without: we lose nothing by that, since whoever took its place would just have said yes. One
/// that does want another token closes the second connection. Where clients need no token the
/// callback server may want one all the same.
std::unique_ptr<Session> CallbackPool::connect() {
  const auto& options = core_.options;
  const std::string& token =
      options.callback_token.empty() ? options.token : options.callback_token;
  auto session = std::make_unique<Session>(core_, dial_(address()), Session::Opened::by_us);
  if (!token.empty() && expects_token_) {
    Lease lease(*this, std::move(session));
    expects_token_ = lease.session().present_token(token);
    session = expects_token_
                  ? lease.release()
                  : std::make_unique<Session>(core_, dial_(address()), Session::Opened::by_us);
  }
  session->announce();
  return session;
}

void CallbackPool::give_back(std::unique_ptr<Session> session, std::uint64_t generation) {
  Idle superfluous;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || generation != generation_ || core_.options.callback_idle_max == 0) return;
    if (idle_.size() >= core_.options.callback_idle_max) {
      superfluous = std::move(idle_.front());
      idle_.erase(idle_.begin());
    }
    idle_.push_back(
        {std::move(session), std::this_thread::get_id(), std::chrono::steady_clock::now()});
    if (idle_.size() > 1) return;
  }
  idle_began_();
}

}  // namespace py4cpp
