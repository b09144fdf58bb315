// SPDX-License-Identifier: Apache-2.0
#include "gateway/transport/tls_transport.hpp"

#include <poll.h>

#include <boost/asio/error.hpp>

#include "gateway/transport/sockets.hpp"

namespace py4cpp {

using boost::system::error_code;

TlsTransport::TlsTransport(Fd socket, std::unique_ptr<TlsStream> stream, ReadTimes times,
                           std::string already_read)
    : SocketTransport(std::move(socket), times, std::move(already_read)),
      stream_(std::move(stream)) {
  stream_->set_blocking(true);
}

std::size_t TlsTransport::read_some(std::span<char> space, error_code& error) {
  std::size_t count = 0;
  const auto step = stream_->read(space, count);
  if (step == TlsStream::Step::ended)
    error = boost::asio::error::eof;
  else if (step != TlsStream::Step::done)
    error = boost::asio::error::connection_reset;
  return count;
}

void TlsTransport::write(std::string_view bytes, std::chrono::milliseconds unread_ms_max,
                         error_code& error) {
  stream_->set_blocking(unread_ms_max.count() <= 0);
  while (!bytes.empty() && !error) {
    std::size_t count = 0;
    const auto step = stream_->write(bytes, count);
    bytes.remove_prefix(count);
    if (step == TlsStream::Step::wants_write) {
      if (!wait_for(socket(), POLLOUT, unread_ms_max)) error = boost::asio::error::timed_out;
    } else if (step != TlsStream::Step::done) {
      error = boost::asio::error::connection_reset;
    }
  }
  stream_->set_blocking(true);
}

/// A readable socket may hold what is no data; then it waits on.
bool TlsTransport::wait_some(std::chrono::milliseconds time_max) {
  const auto end = std::chrono::steady_clock::now() + time_max;
  for (;;) {
    stream_->set_blocking(false);
    const auto step = stream_->peek();
    stream_->set_blocking(true);
    if (step != TlsStream::Step::wants_read) return true;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    const bool is_late = time_max.count() >= 0 && left.count() < 0;
    if (is_late || !wait_for(socket(), POLLIN, time_max.count() < 0 ? time_max : left))
      return false;
  }
}

}  // namespace py4cpp
