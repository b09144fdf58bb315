// SPDX-License-Identifier: Apache-2.0
#include "runner/barrier/barrier_session.hpp"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {
namespace asio = boost::asio;
namespace {

asio::generic::stream_protocol::socket adopt(asio::io_context& context, Fd connection) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(connection.get(), static_cast<sockaddr*>(static_cast<void*>(&address)), &size);
  const asio::generic::stream_protocol protocol(address.ss_family, 0);
  return {context, protocol, connection.release()};
}

}  // namespace

BarrierSession::BarrierSession(asio::io_context& context, Fd connection, std::size_t task,
                               const std::string& secret, const BarrierOptions& options,
                               Events events)
    : socket_(adopt(context, std::move(connection))),
      deadline_(context),
      task_(task),
      request_ms_max_(options.request_ms_max),
      parser_(secret, options.message_bytes_max),
      events_(std::move(events)) {}

void BarrierSession::start() {
  deadline_.expires_after(request_ms_max_);
  deadline_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->requested_) self->hang_up();
  });
  read();
}

// Goes on while the session waits, to notice when the task goes away.
void BarrierSession::read() {
  socket_.async_read_some(
      asio::buffer(chunk_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t count) {
        if (error) return self->end();
        self->parser_.feed(std::span(self->chunk_).first(count));
        if (!self->advance()) return self->end();
        self->read();
      });
}

bool BarrierSession::advance() {
  for (;;) {
    switch (parser_.next()) {
      case BarrierEvent::more:
        return true;
      case BarrierEvent::authenticated:
        if (!accept_secret()) return false;
        break;
      case BarrierEvent::request:
        requested_ = true;
        deadline_.cancel();
        events_.requested(*this);
        break;
      case BarrierEvent::violation:
        return false;
    }
  }
}

// Six bytes fit into the buffer of a socket that nothing was written to.
bool BarrierSession::accept_secret() {
  Bytes ok;
  BytesWriter(ok).text("ok");
  return ::send(socket_.native_handle(), ok.data(), ok.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(ok.size());
}

void BarrierSession::answer(std::shared_ptr<const Bytes> bytes) {
  answered_ = true;
  const auto buffer = asio::buffer(*bytes);
  asio::async_write(socket_, buffer,
                    [self = shared_from_this(), bytes = std::move(bytes)](
                        const boost::system::error_code&, std::size_t) { self->hang_up(); });
}

void BarrierSession::hang_up() {
  boost::system::error_code ignored;
  socket_.close(ignored);  // which ends the read, and so the session
}

void BarrierSession::end() {
  if (std::exchange(ended_, true)) return;
  deadline_.cancel();
  hang_up();
  std::exchange(events_, {}).ended(*this);
}

}  // namespace py4cpp::runner
