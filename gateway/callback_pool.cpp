// SPDX-License-Identifier: Apache-2.0
#include "gateway/callback_pool.hpp"

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

CallbackPool::CallbackPool(Core& core, Dial dial)
    : core_(core),
      dial_(std::move(dial)),
      address_{core.options.callback_address, core.options.callback_port} {}

CallbackAddress CallbackPool::address() const {
  const std::lock_guard lock(mutex_);
  return address_;
}

void CallbackPool::set_address(CallbackAddress address) {
  std::vector<std::unique_ptr<Session>> old;
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
  std::vector<std::unique_ptr<Session>> old;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  old.swap(idle_);
  for (Session* session : busy_) session->transport().shut_down();
}

std::unique_ptr<Session> CallbackPool::take_idle() {
  std::vector<std::unique_ptr<Session>> stale;
  const std::lock_guard lock(mutex_);
  while (!idle_.empty()) {
    auto session = std::move(idle_.back());
    idle_.pop_back();
    // Nobody speaks to us on an idle connection: what can be read there is its end.
    if (!session->transport().wait_readable(std::chrono::milliseconds(0))) return session;
    stale.push_back(std::move(session));
  }
  return nullptr;
}

/// A callback server without a token refuses the command that presents one, so it is asked again
/// without: we lose nothing by that, since whoever took its place would just have said yes. One
/// that does want another token closes the second connection.
std::unique_ptr<Session> CallbackPool::connect() {
  const auto& options = core_.options;
  const std::string& token =
      options.callback_token.empty() ? options.token : options.callback_token;
  auto session = std::make_unique<Session>(core_, dial_(address()), Session::Opened::by_us);
  if (!options.authenticate || token.empty() || !expects_token_) return session;
  Lease lease(*this, std::move(session));
  expects_token_ = lease.session().present_token(token);
  if (expects_token_) return lease.release();
  return std::make_unique<Session>(core_, dial_(address()), Session::Opened::by_us);
}

void CallbackPool::give_back(std::unique_ptr<Session> session, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  const bool is_kept =
      !closed_ && generation == generation_ && idle_.size() < core_.options.callback_idle_max;
  if (is_kept) idle_.push_back(std::move(session));
}

}  // namespace py4cpp
