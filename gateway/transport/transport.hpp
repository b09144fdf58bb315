// SPDX-License-Identifier: Apache-2.0
//
// A duplex stream of bytes with one reader. Sessions know only this, so that a plain socket, a TLS
// stream or a script of a test can stand behind it.
#pragma once

#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace py4cpp {

class Transport {
 public:
  virtual ~Transport() = default;

  /// Waits for at least one byte and returns how many came; 0 with an error at the end.
  virtual std::size_t read(std::span<char> space, boost::system::error_code& error) = 0;
  /// Writes all of it, in one piece where the system allows. The error is `timed_out` when the
  /// other side takes nothing for `unread_ms_max`; zero waits for ever.
  virtual void write(std::string_view bytes, std::chrono::milliseconds unread_ms_max,
                     boost::system::error_code& error) = 0;
  /// Ends the direction to the other side, which may go on sending.
  virtual void end_sending() noexcept {}
  /// Ends both directions now; a waiting read or write returns. Any thread may call it.
  virtual void shut_down() noexcept = 0;
  /// Whether the other side has ended the connection, even if not all that it sent is read. Any
  /// thread may ask.
  virtual bool is_hung_up() const noexcept { return false; }
  /// Makes the connection end in a reset when it is destroyed: after an orderly end in the place of
  /// an answer py4j would repeat its call.
  virtual void end_with_reset() noexcept {}
  /// Acknowledges what arrives next at once, and not with our own next bytes: py4j's sockets send a
  /// second small answer only when the first is acknowledged.
  virtual void acknowledge_at_once() noexcept {}
  /// Waits until read() would return at once (bytes or the end), at most for this long.
  virtual bool wait_readable(std::chrono::milliseconds time_max) = 0;

  virtual std::uint16_t local_port() const = 0;
  virtual std::uint16_t remote_port() const = 0;
};

}  // namespace py4cpp
