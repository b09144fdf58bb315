// SPDX-License-Identifier: Apache-2.0
//
// What a task asks of its barrier server, without I/O: over TCP a secret, then `barrier` or
// `allGather` with a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "runner/byte_source.hpp"

namespace py4cpp::runner {

enum class BarrierCall : std::int32_t { barrier = 1, all_gather = 2 };

struct BarrierRequest {
  BarrierCall call = BarrierCall::barrier;
  std::string message = {};
};

enum class BarrierEvent {
  more,           ///< feed more bytes
  authenticated,  ///< the secret was right: answer "ok", then ask again
  request,        ///< `request()` is complete
  violation,      ///< hang up: a wrong secret, a bad length, bytes that nobody asked for
};

/// Reads one connection. It never holds more than the largest message and what was fed last.
class BarrierRequestParser {
 public:
  /// An empty secret is not asked for.
  BarrierRequestParser(std::string secret, std::size_t message_bytes_max)
      : secret_(std::move(secret)),
        message_bytes_max_(message_bytes_max),
        section_(secret_.empty() ? Section::call : Section::secret) {}

  /// Takes all bytes, which may be cut anywhere.
  void feed(std::span<const std::byte> bytes) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  /// What the bytes so far amount to. After `authenticated`, ask again.
  BarrierEvent next();

  const BarrierRequest& request() const { return request_; }

 private:
  enum class Section { secret, call, message, done };

  BarrierEvent read_secret();
  BarrierEvent read_call();
  BarrierEvent read_message();
  bool read_text(std::size_t bytes_max, std::string& text, BarrierEvent& event);

  const std::string secret_;
  const std::size_t message_bytes_max_;
  Section section_;
  Bytes buffer_;
  BarrierRequest request_;
};

/// The answer to everyone: `i32` n, n texts.
Bytes barrier_answer(std::span<const std::string> messages);

}  // namespace py4cpp::runner
