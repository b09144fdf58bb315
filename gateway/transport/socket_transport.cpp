// SPDX-License-Identifier: Apache-2.0
#include "gateway/transport/socket_transport.hpp"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cerrno>

#include "gateway/transport/sockets.hpp"
#include "gateway/transport/tls_transport.hpp"

namespace py4cpp {

using boost::system::error_code;

namespace {

error_code last_error() { return {errno, boost::system::system_category()}; }

}  // namespace

SocketTransport::SocketTransport(Fd socket, ReadTimes times, std::string already_read)
    : socket_(std::move(socket)),
      read_ms_max_(times.max),
      lookout_(times.spin),
      already_read_(std::move(already_read)),
      local_port_(py4cpp::local_port(socket_.get())),
      remote_port_(py4cpp::remote_port(socket_.get())) {
  send_without_delay(socket_.get());
}

std::size_t SocketTransport::read(std::span<char> space, error_code& error) {
  if (!already_read_.empty()) {
    const std::size_t count = std::min(space.size(), already_read_.size());
    std::copy_n(already_read_.begin(), count, space.begin());
    already_read_.erase(0, count);
    return count;
  }
  look_for_bytes();
  if (read_ms_max_.count() > 0 && !wait_some(read_ms_max_)) {
    error = boost::asio::error::timed_out;
    return 0;
  }
  return read_some(space, error);
}

/// The system forgets the wish after a while, hence it is repeated for each answer.
void SocketTransport::acknowledge_at_once() noexcept {
  const int yes = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
}

bool SocketTransport::wait_readable(std::chrono::milliseconds time_max) {
  if (!already_read_.empty()) return true;
  if (time_max.count() != 0) look_for_bytes();
  return wait_some(time_max);
}

void SocketTransport::look_for_bytes() {
  lookout_.look_for([this] { return wait_some(std::chrono::milliseconds(0)); });
}

std::size_t SocketTransport::read_some(std::span<char> space, error_code& error) {
  for (;;) {
    const ssize_t count = ::recv(socket(), space.data(), space.size(), 0);
    if (count > 0) return static_cast<std::size_t>(count);
    if (count < 0 && errno == EINTR) continue;
    error = count == 0 ? error_code(boost::asio::error::eof) : last_error();
    return 0;
  }
}

void SocketTransport::write(std::string_view bytes, std::chrono::milliseconds unread_ms_max,
                            error_code& error) {
  const int flags = MSG_NOSIGNAL | (unread_ms_max.count() > 0 ? MSG_DONTWAIT : 0);
  while (!bytes.empty() && !error) {
    const ssize_t count = ::send(socket(), bytes.data(), bytes.size(), flags);
    if (count >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(count));
    else if (errno == EAGAIN && !wait_for(socket(), POLLOUT, unread_ms_max))
      error = boost::asio::error::timed_out;
    else if (errno != EAGAIN && errno != EINTR)
      error = last_error();
  }
}

void SocketTransport::end_sending() noexcept { ::shutdown(socket_.get(), SHUT_WR); }

/// The descriptor stays open until the Transport is destroyed.
void SocketTransport::shut_down() noexcept { ::shutdown(socket_.get(), SHUT_RDWR); }

bool SocketTransport::is_hung_up() const noexcept {
  pollfd entry{socket_.get(), POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) > 0;
}

void SocketTransport::end_with_reset() noexcept {
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool SocketTransport::wait_some(std::chrono::milliseconds time_max) {
  if (time_max.count() == 0) {  // A look costs half of a poll.
    char byte = 0;
    const ssize_t count = ::recv(socket(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
    return count >= 0 || (errno != EAGAIN && errno != EINTR);
  }
  return wait_for(socket(), POLLIN, time_max);
}

std::unique_ptr<Transport> dial(const CallbackAddress& address, const TlsContext* tls,
                                const GatewayOptions& options,
                                std::chrono::steady_clock::time_point end) {
  Fd socket = connect_to(address.host, address.port, end);
  const ReadTimes times{options.callback_read_ms_max, options.spin_us_max};
  if (!tls) return std::make_unique<SocketTransport>(std::move(socket), times);
  const std::string& expected = options.callback_tls->host_name;
  auto stream = tls->connect(socket.get(), expected.empty() ? address.host : expected,
                             time_left(end), place_text(address.host, address.port));
  return std::make_unique<TlsTransport>(std::move(socket), std::move(stream), times);
}

}  // namespace py4cpp
