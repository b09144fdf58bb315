// SPDX-License-Identifier: Apache-2.0
//
// Connections that we open to Python's callback server: one for each call that runs, the idle ones
// kept for the next. When the gateway is pinned a C++ thread keeps its connection to itself,
// because a Python thread belongs to it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gateway/session/session.hpp"

namespace py4cpp {

/// Thread-safe; one mutex guards all that changes. A session is used outside the mutex by one
/// thread.
class CallbackPool {
 public:
  /// Connects before `end`, or throws Disconnected (ConnectionRefused when nobody listens).
  using Dial = std::function<std::unique_ptr<Transport>(const CallbackAddress& address,
                                                        Session::Clock::time_point end)>;
  /// Told of the session that this thread uses from now on, and with null when it is done.
  using Using = std::function<void(Session* session)>;

  /// `look` is called when close_idle wants to be called before the time that it returned last, and
  /// when the callback server has become known: by the thread that used a connection and without
  /// the pool's lock.
  CallbackPool(Core& core, Dial dial, std::function<void()> look);

  CallbackAddress address() const;
  /// Idle connections to the old address are closed.
  void set_address(CallbackAddress address);

  /// Calls over an idle connection or a new one. A request that could not be sent is sent once more
  /// over a new connection; one that was sent is never repeated.
  Value call(const std::string& id, std::string_view method, const std::vector<Value>& arguments,
             const Using& uses);
  /// Throws Disconnected when the callback server cannot be reached. Nothing is sent once `wanted`
  /// says no, which is asked when there is a connection.
  void release(const std::vector<std::string>& ids, const std::function<bool()>& wanted);
  /// Whether a callback server was announced at this address, or reached there, and not missed
  /// since. Anybody else might listen there otherwise.
  bool is_server_known() const { return is_server_known_; }
  void forget_server() { is_server_known_ = false; }
  /// The callback server may be another one from now on, which may not listen yet.
  void expect_new_server();
  /// Likewise that of this generation of clients: once, and not for one that is older.
  void expect_server_of(std::uint64_t clients);
  /// Whether there is a connection that the callback server has not ended.
  bool is_connected() const;
  /// Closes the connections that were idle for too long by `now`. Returns when the next one will
  /// be; the end of time when there is none.
  std::chrono::steady_clock::time_point close_idle(std::chrono::steady_clock::time_point now);

  /// Ends all connections, also those in use, and refuses new ones and visits.
  void close();

  /// A thread's call to Python, from before it is sent until its result was used. Throws
  /// Disconnected once the pool is closed.
  class Visit {
   public:
    explicit Visit(CallbackPool& pool);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    friend class CallbackPool;
    static thread_local const Visit* innermost_;

    void leave();

    CallbackPool& pool_;
    const Visit* const outer_;  // Of this thread, to whatever pool.
  };

  bool is_visited_by_thread() const;
  /// For a closed pool, and a thread that does not visit it.
  void wait_until_unvisited();

 private:
  class Lease;
  struct Idle {
    std::unique_ptr<Session> session;
    std::thread::id user;  // The thread that used it last.
    std::chrono::steady_clock::time_point since;
  };

  /// A session to an address of the past is not kept.
  struct Connection {
    std::unique_ptr<Session> session;
    std::uint64_t generation = 0;
  };

  template <class F>
  auto use(Connection connection, F function);
  /// One without a session when none is idle.
  Connection take_idle();
  Connection connect();
  Connection open();
  std::unique_ptr<Transport> reach(const CallbackAddress& address, std::uint64_t generation,
                                   Session::Clock::time_point end);
  bool may_start_to_listen(std::uint64_t generation) const;
  void know_whether_it_listens(std::uint64_t generation);
  void give_back(Connection connection);
  bool closes_idle() const;

  Core& core_;
  const Dial dial_;
  const std::function<void()> look_;
  mutable std::mutex mutex_;
  CallbackAddress address_;
  std::uint64_t generation_ = 0;  // Of the address.
  bool expects_token_ = true;     // The server at this address, as far as we know.
  std::vector<Idle> idle_;        // The longest idle first.
  // When close_idle will be called at the latest.
  std::chrono::steady_clock::time_point close_idle_due_ =
      std::chrono::steady_clock::time_point::max();
  std::vector<Session*> busy_;
  std::condition_variable unvisited_;
  // Who visits counts itself first and then looks whether the pool is closed.
  std::atomic<std::size_t> visits_ = 0;
  std::atomic<bool> closed_ = false;  // Set under the mutex.
  std::atomic<bool> is_server_known_ = false;
  bool may_start_to_listen_ = true;  // Until it was reached, or given up; guarded by the mutex.
  std::atomic<std::uint64_t> expected_clients_ = 0;
};

}  // namespace py4cpp
