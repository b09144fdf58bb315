// SPDX-License-Identifier: Apache-2.0
//
// Which connections of clients there are, and when those of one Python process are over: the next
// process gives its proxies the same ids, and what C++ drops late must not end its objects.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>

#include "gateway/callback/release_queue.hpp"
#include "gateway/control/orphans.hpp"
#include "gateway/session/session.hpp"

namespace py4cpp {

/// Thread-safe. A generation of clients ends when a connection comes and none of those before it is
/// left. A client that goes on after a time without any is mistaken for another one: it keeps some
/// objects too long, while the opposite mistake would take objects away that it needs.
class Clients {
 public:
  /// Whether something else proves that a client without a connection is still there.
  using LivesOn = std::function<bool()>;
  using GenerationBegun = std::function<void()>;

  Clients(ReleaseQueue& releases, Orphans& orphans, LivesOn lives_on,
          GenerationBegun generation_begun)
      : releases_(releases),
        orphans_(orphans),
        lives_on_(std::move(lives_on)),
        generation_begun_(std::move(generation_begun)) {}

  /// Called by the thread that serves the session, before and after.
  /// join() returns whether no client was there before, ever.
  bool join(Session& session);
  void leave(const Session& session);
  bool is_empty() const;
  /// A client has said that it is a new one: what the present connections pass from now on is its.
  void begin_generation();

  /// That of the client whose connection this thread serves, else that of the clients of now.
  std::uint64_t generation_of_thread() const;

 private:
  struct Served {
    Session* session = nullptr;
    std::uint64_t generation = 0;
  };

  bool is_anybody_there() const;
  void renew();

  ReleaseQueue& releases_;
  Orphans& orphans_;  // Told under the mutex, so that the last word is true.
  const LivesOn lives_on_;
  const GenerationBegun generation_begun_;
  mutable std::mutex mutex_;
  std::unordered_map<std::thread::id, Served> served_;
  bool had_any_ = false;
};

}  // namespace py4cpp
