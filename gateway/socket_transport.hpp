// SPDX-License-Identifier: Apache-2.0
//
// A Transport over a TCP socket, through Boost.Asio's synchronous calls.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "gateway/gateway.hpp"
#include "gateway/transport.hpp"

namespace py4cpp {

class SocketTransport final : public Transport {
 public:
  /// Takes a connected socket and switches Nagle's delay off: an answer is one write.
  explicit SocketTransport(boost::asio::ip::tcp::socket socket);

  std::size_t read(std::span<char> space, boost::system::error_code& error) override;
  void write(std::string_view bytes, boost::system::error_code& error) override;
  void shut_down() noexcept override;
  bool wait_readable(std::chrono::milliseconds time_max) override;
  std::uint16_t local_port() const override { return local_port_; }
  std::uint16_t remote_port() const override { return remote_port_; }

 private:
  boost::asio::ip::tcp::socket socket_;
  std::uint16_t local_port_ = 0;
  std::uint16_t remote_port_ = 0;
};

/// Connects to Python's callback server. Throws Disconnected when nobody answers in time.
std::unique_ptr<Transport> dial(boost::asio::io_context& io, const CallbackAddress& address,
                                std::chrono::milliseconds time_max);

}  // namespace py4cpp
