// SPDX-License-Identifier: Apache-2.0
#include "gateway/control/clients.hpp"

#include <algorithm>
#include <utility>

namespace py4cpp {

/// A connection whose end nobody has read yet belongs to a client that is gone: its thread may be
/// busy with a call for long.
bool Clients::join(Session& session) {
  const std::lock_guard lock(mutex_);
  const bool is_first = !std::exchange(had_any_, true);
  if (!is_first && !is_anybody_there()) renew();
  orphans_.end();
  served_[std::this_thread::get_id()] = {&session, releases_.generation()};
  return is_first;
}

/// A client that we have hung up on because it was silent comes back when it has something to say.
void Clients::leave(const Session& session) {
  const std::lock_guard lock(mutex_);
  served_.erase(std::this_thread::get_id());
  if (served_.empty() && !session.is_silent()) orphans_.begin(Orphans::Clock::now());
}

bool Clients::is_empty() const {
  const std::lock_guard lock(mutex_);
  return served_.empty();
}

void Clients::begin_generation() {
  const std::lock_guard lock(mutex_);
  renew();
  for (auto& [thread, served] : served_) served.generation = releases_.generation();
}

std::uint64_t Clients::generation_of_thread() const {
  const std::lock_guard lock(mutex_);
  const auto found = served_.find(std::this_thread::get_id());
  return found == served_.end() ? releases_.generation() : found->second.generation;
}

void Clients::renew() {
  releases_.begin_generation();
  generation_begun_();
}

bool Clients::is_anybody_there() const {
  return lives_on_() || std::ranges::any_of(served_, [](const auto& entry) {
           return !entry.second.session->transport().is_hung_up();
         });
}

}  // namespace py4cpp
