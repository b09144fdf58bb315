// SPDX-License-Identifier: Apache-2.0
#include "gateway/socket_transport.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/write.hpp>

namespace py4cpp {

namespace asio = boost::asio;
using boost::system::error_code;

SocketTransport::SocketTransport(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  local_port_ = socket_.local_endpoint(ignored).port();
  remote_port_ = socket_.remote_endpoint(ignored).port();
}

std::size_t SocketTransport::read(std::span<char> space, error_code& error) {
  return socket_.read_some(asio::buffer(space.data(), space.size()), error);
}

void SocketTransport::write(std::string_view bytes, error_code& error) {
  asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), error);
}

/// Uses the descriptor itself, because Asio's socket object belongs to the session's thread. The
/// descriptor stays open until the Transport is destroyed.
void SocketTransport::shut_down() noexcept { ::shutdown(socket_.native_handle(), SHUT_RDWR); }

bool SocketTransport::wait_readable(std::chrono::milliseconds time_max) {
  pollfd entry{socket_.native_handle(), POLLIN, 0};
  return ::poll(&entry, 1, static_cast<int>(time_max.count())) != 0;
}

std::unique_ptr<Transport> dial(asio::io_context& io, const CallbackAddress& address,
                                std::chrono::milliseconds time_max) {
  const std::string place = address.host + ":" + std::to_string(address.port);
  error_code error;
  const auto host = asio::ip::make_address(address.host, error);
  if (error) throw Disconnected("the callback server's address " + place + " is not an IP address");
  const asio::ip::tcp::endpoint endpoint(host, address.port);

  asio::ip::tcp::socket socket(io);
  socket.open(endpoint.protocol(), error);
  if (!error) socket.non_blocking(true, error);
  if (!error) {
    socket.connect(endpoint, error);
    if (error == asio::error::in_progress || error == asio::error::would_block) {
      error.clear();
      pollfd entry{socket.native_handle(), POLLOUT, 0};
      const int ready = ::poll(&entry, 1, static_cast<int>(time_max.count()));
      int failure = 0;
      socklen_t size = sizeof failure;
      ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &failure, &size);
      if (ready == 0) error = asio::error::timed_out;
      if (failure != 0) error = error_code(failure, boost::system::system_category());
    }
  }
  if (!error) socket.non_blocking(false, error);
  if (error)
    throw Disconnected("cannot connect to Python's callback server at " + place + ": " +
                       error.message());
  return std::make_unique<SocketTransport>(std::move(socket));
}

}  // namespace py4cpp
