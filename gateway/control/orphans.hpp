// SPDX-License-Identifier: Apache-2.0
//
// Ids of clients that are gone: a client that was killed says of none that it is done with it.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "gateway/session/objects.hpp"

namespace py4cpp {

/// Thread-safe. A client that is alive may have no connection for a while, and then go on with its
/// ids. So they are forgotten only after a time in which nobody was there at all.
class Orphans {
 public:
  using Clock = std::chrono::steady_clock;

  /// Zero: ids are never forgotten. `objects` outlives this.
  Orphans(ObjectTable& objects, std::chrono::milliseconds time_max);

  /// The last client has gone, or one has come.
  void begin(Clock::time_point now);
  void end();
  /// Somebody may be there all the same: the time begins anew.
  void postpone(Clock::time_point now);
  /// When forget() should be called; the end of time while there is no need.
  Clock::time_point due() const;
  /// Forgets all ids that were minted before begin(). Returns their number.
  std::size_t forget();

 private:
  struct Left {
    Clock::time_point due;
    std::uint64_t minted = 0;  // Ids so far.
  };

  ObjectTable& objects_;
  const std::chrono::milliseconds time_max_;
  mutable std::mutex mutex_;
  std::optional<Left> left_;
};

}  // namespace py4cpp
