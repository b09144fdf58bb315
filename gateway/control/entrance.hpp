// SPDX-License-Identifier: Apache-2.0
//
// Where connections wait until they have shaken hands (with TLS) and presented the token. They take
// no thread meanwhile, only a descriptor and a few kilobytes, and there is a bound on both their
// number and their time: so strangers can keep nobody out who knows the token.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "gateway/transport/tls.hpp"
#include "gateway/transport/transport.hpp"
#include "gateway/types/call_metrics.hpp"
#include "gateway/wire/command_reader.hpp"

namespace py4cpp {

struct GatewayOptions;

/// Belongs to the control thread.
class Entrance {
 public:
  using MakeTransport = std::function<std::unique_ptr<Transport>()>;
  /// Told of a connection that may be served, which it makes its own with `make`; its thread is the
  /// callee's matter. Returns why it cannot be served at the moment instead, and leaves it here.
  using Admit = std::function<std::optional<std::string>(const MakeTransport& make)>;
  /// Told why a connection was ended here. Called rarely, however many there are.
  using Refused = std::function<void(const std::string& reason)>;

  /// `tls` is null for plain connections; every refusal is counted. All arguments outlive the
  /// entrance.
  Entrance(boost::asio::io_context& io, const GatewayOptions& options, const TlsContext* tls,
           RefusalCounters& counters, Admit admit, Refused refused);

  /// Takes a connection that was just accepted, as a non-blocking socket.
  void enter(Fd socket);
  /// Ends the connection that waits longest, so that its descriptor is free; false without one.
  bool drop_oldest();
  /// Ends all, for good.
  void close();

 private:
  struct Guest;
  using GuestPointer = std::shared_ptr<Guest>;

  void proceed(const GuestPointer& guest);
  void wait(const GuestPointer& guest, TlsStream::Step step);
  TlsStream::Step read(Guest& guest);
  bool send(Guest& guest, const std::string& answer);
  void judge(const GuestPointer& guest, const wire::Message& message);
  void proceed_reading(const GuestPointer& guest);
  void admit(const GuestPointer& guest);
  std::unique_ptr<Transport> transport_of(Guest& guest);
  void refuse(const GuestPointer& guest, const std::string& answer, Refusal refusal,
              const std::string& reason);
  void drop(const GuestPointer& guest, Refusal refusal, const std::string& reason);
  void end(const GuestPointer& guest, const std::string& reason);
  void tell(const std::string& reason);
  Fd remove(Guest& guest);
  void arm_timer();
  void drop_late_ones();

  boost::asio::io_context& io_;
  const GatewayOptions& options_;
  const TlsContext* const tls_;
  RefusalCounters& counters_;
  const Admit admit_;
  const Refused refused_;
  std::list<GuestPointer> guests_;   // In the order of their coming, and so of their end.
  boost::asio::steady_timer timer_;  // Runs while there are guests.
  bool is_timer_running_ = false;
  std::chrono::steady_clock::time_point next_report_{};
  std::size_t unreported_ = 0;
};

}  // namespace py4cpp
