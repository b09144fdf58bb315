// SPDX-License-Identifier: Apache-2.0
//
// A Transport over a TCP socket, by the system's own calls: the socket is blocking, and the thread
// that uses it waits in them.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/fd.hpp"
#include "gateway/gateway.hpp"
#include "gateway/transport/lookout.hpp"
#include "gateway/transport/transport.hpp"

namespace py4cpp {

class TlsContext;

/// How long a read waits.
struct ReadTimes {
  /// Ends a read that waits longer; zero waits for ever.
  std::chrono::milliseconds max{};
  /// Looks for bytes this long before it sleeps; zero sleeps at once.
  std::chrono::microseconds spin{};
};

class SocketTransport : public Transport {
 public:
  /// Takes a connected, blocking socket. `already_read` was read from it before and comes first.
  explicit SocketTransport(Fd socket, ReadTimes times = {}, std::string already_read = {});

  std::size_t read(std::span<char> space, boost::system::error_code& error) final;
  void write(std::string_view bytes, std::chrono::milliseconds unread_ms_max,
             boost::system::error_code& error) override;
  void end_sending() noexcept final;
  void shut_down() noexcept final;
  bool is_hung_up() const noexcept final;
  void end_with_reset() noexcept final;
  void acknowledge_at_once() noexcept final;
  bool wait_readable(std::chrono::milliseconds time_max) final;
  std::uint16_t local_port() const final { return local_port_; }
  std::uint16_t remote_port() const final { return remote_port_; }

 protected:
  int socket() const { return socket_.get(); }
  /// Reads from the connection itself; 0 with an error at its end.
  virtual std::size_t read_some(std::span<char> space, boost::system::error_code& error);
  virtual bool wait_some(std::chrono::milliseconds time_max);
  void look_for_bytes();

 private:
  const Fd socket_;
  const std::chrono::milliseconds read_ms_max_;
  Lookout lookout_;
  std::string already_read_;
  const std::uint16_t local_port_;
  const std::uint16_t remote_port_;
};

/// Connects to Python's callback server, with TLS when there is a context. Throws Disconnected when
/// nobody answers before `end`, or the handshake fails.
std::unique_ptr<Transport> dial(const CallbackAddress& address, const TlsContext* tls,
                                const GatewayOptions& options,
                                std::chrono::steady_clock::time_point end);

}  // namespace py4cpp
