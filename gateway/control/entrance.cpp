// SPDX-License-Identifier: Apache-2.0
#include "gateway/control/entrance.hpp"

#include <sys/socket.h>

#include <array>

#include "gateway/control/admission.hpp"
#include "gateway/gateway.hpp"
#include "gateway/session/answers.hpp"
#include "gateway/transport/sockets.hpp"
#include "gateway/transport/tls_transport.hpp"

namespace py4cpp {

using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Step = TlsStream::Step;

namespace {

/// Refusals are told one by one at this pace, the others by their number.
constexpr std::chrono::seconds report_pace{1};

/// What a refused client may have sent already is taken from the socket, up to this size: with
/// unread bytes the system would reset the connection and the answer could get lost.
constexpr std::size_t drained_bytes_max = 65'536;

}  // namespace

struct Entrance::Guest {
  Guest(boost::asio::io_context& io, Fd socket_in, Clock::time_point end_in)
      : socket(io, socket_in.get()), end(end_in) {
    socket_in.release();
  }

  boost::asio::posix::stream_descriptor socket;
  std::unique_ptr<TlsStream> tls;
  bool has_shaken_hands = false;
  std::string turned_away;  // Why, when there was no room; its first command is answered with it.
  wire::CommandReader reader{limits_before_token};
  Clock::time_point end;
  std::list<GuestPointer>::iterator place;
};

Entrance::Entrance(boost::asio::io_context& io, const GatewayOptions& options,
                   const TlsContext* tls, RefusalCounters& counters, Admit admit, Refused refused)
    : io_(io),
      options_(options),
      tls_(tls),
      counters_(counters),
      admit_(std::move(admit)),
      refused_(std::move(refused)),
      timer_(io) {}

void Entrance::enter(Fd socket) {
  if (guests_.size() >= options_.unauthenticated_max) drop_oldest();
  const int number = socket.get();
  auto guest = std::make_shared<Guest>(io_, std::move(socket),
                                       Clock::now() + options_.authentication_ms_max);
  send_without_delay(number);
  if (tls_) guest->tls = tls_->accept(number);
  guest->has_shaken_hands = !tls_;
  guest->place = guests_.insert(guests_.end(), guest);
  arm_timer();
  proceed(guest);
}

bool Entrance::drop_oldest() {
  if (guests_.empty()) return false;
  const GuestPointer oldest = guests_.front();
  drop(oldest, Refusal::unauthenticated_max,
       "it did not present the token before " + std::to_string(guests_.size()) +
           " others came (unauthenticated_max)");
  return true;
}

void Entrance::close() {
  while (!guests_.empty()) {
    const GuestPointer guest = guests_.front();
    const Fd closed = remove(*guest);
    guest->tls.reset();
    ::shutdown(closed.get(), SHUT_RDWR);  // Closing alone resets those that have sent something.
  }
  timer_.cancel();
}

void Entrance::proceed(const GuestPointer& guest) {
  if (!guest->has_shaken_hands) {
    const Step step = guest->tls->handshake();
    if (step == Step::wants_read || step == Step::wants_write) return wait(guest, step);
    if (step != Step::done)
      return drop(guest, Refusal::tls_handshake,
                  "the TLS handshake failed: " + TlsContext::explain(*guest->tls));
    guest->has_shaken_hands = true;
  }
  if (!options_.authenticate && guest->turned_away.empty()) return admit(guest);
  proceed_reading(guest);
}

void Entrance::proceed_reading(const GuestPointer& guest) {
  for (;;) {
    const auto message = guest->reader.next();
    const bool has_command = !message || *message;
    if (has_command && !guest->turned_away.empty()) {
      std::string answer;
      answer_error(answer, guest->turned_away);
      return refuse(guest, answer, Refusal::connections_max, guest->turned_away);
    }
    if (!message) {
      std::string answer;
      answer_fatal(answer, message.error().message());
      return refuse(guest, answer, Refusal::long_line, message.error().message());
    }
    if (*message) return judge(guest, **message);
    const Step step = read(*guest);
    if (step == Step::wants_read || step == Step::wants_write) return wait(guest, step);
    if (step != Step::done)
      return drop(guest, Refusal::ended, "it ended before it presented the token");
  }
}

void Entrance::wait(const GuestPointer& guest, Step step) {
  using Descriptor = boost::asio::posix::stream_descriptor;
  guest->socket.async_wait(
      step == Step::wants_write ? Descriptor::wait_write : Descriptor::wait_read,
      [this, guest](const error_code& error) {
        if (!error && guest->socket.is_open()) proceed(guest);
      });
}

Step Entrance::read(Guest& guest) {
  const auto space = guest.reader.space();
  std::size_t count = 0;
  if (guest.tls) {
    const Step step = guest.tls->read(space, count);
    guest.reader.filled(count);
    return step;
  }
  const ssize_t received =
      ::recv(guest.socket.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
  if (received > 0) {
    guest.reader.filled(static_cast<std::size_t>(received));
    return Step::done;
  }
  if (received == 0) return Step::ended;
  return errno == EAGAIN || errno == EINTR ? Step::wants_read : Step::failed;
}

void Entrance::judge(const GuestPointer& guest, const wire::Message& message) {
  const Verdict verdict = judge_first(message, options_);
  if (verdict.refusal)
    return refuse(guest, verdict.answer, *verdict.refusal, "it did not present the right token");
  if (!send(*guest, verdict.answer))
    return drop(guest, Refusal::ended, "it ended before it was let in");
  admit(guest);
}

/// Short answers only: they fit into the empty buffer of a socket, so nothing has to wait.
bool Entrance::send(Guest& guest, const std::string& answer) {
  if (guest.tls) {
    std::size_t count = 0;
    return guest.tls->write(answer, count) == Step::done;
  }
  return ::send(guest.socket.native_handle(), answer.data(), answer.size(),
                MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(answer.size());
}

/// Where nobody can serve it its first command is waited for: py4j shows its user the answer to a
/// command, but not why a connection was closed, nor the text of an answer to the token.
void Entrance::admit(const GuestPointer& guest) {
  const auto reason = admit_([&] { return transport_of(*guest); });
  if (!reason) return;
  guest->turned_away = *reason;
  proceed_reading(guest);
}

std::unique_ptr<Transport> Entrance::transport_of(Guest& guest) {
  std::string already_read(guest.reader.rest());
  Fd socket = remove(guest);
  set_blocking(socket.get(), true);
  const ReadTimes times{options_.read_ms_max, options_.spin_us_max};
  if (guest.tls)
    return std::make_unique<TlsTransport>(std::move(socket), std::move(guest.tls), times,
                                          std::move(already_read));
  return std::make_unique<SocketTransport>(std::move(socket), times, std::move(already_read));
}

void Entrance::refuse(const GuestPointer& guest, const std::string& answer, Refusal refusal,
                      const std::string& reason) {
  counters_.add(refusal);
  send(*guest, answer);
  const int socket = guest->socket.native_handle();
  ::shutdown(socket, SHUT_WR);
  std::array<char, 4096> ignored{};
  for (std::size_t drained = 0; drained < drained_bytes_max; drained += ignored.size())
    if (::recv(socket, ignored.data(), ignored.size(), MSG_DONTWAIT) <= 0) break;
  end(guest, reason);
}

/// One that has shown the token and was too many counts as that, however it ends.
void Entrance::drop(const GuestPointer& guest, Refusal refusal, const std::string& reason) {
  const bool was_too_many = !guest->turned_away.empty();
  counters_.add(was_too_many ? Refusal::connections_max : refusal);
  end(guest, was_too_many ? guest->turned_away : reason);
}

void Entrance::end(const GuestPointer& guest, const std::string& reason) {
  const Fd closed = remove(*guest);
  guest->tls.reset();
  tell(reason);
}

Fd Entrance::remove(Guest& guest) {
  const GuestPointer kept = *guest.place;
  guests_.erase(guest.place);
  return Fd(guest.socket.release());
}

void Entrance::tell(const std::string& reason) {
  const auto now = Clock::now();
  if (now < next_report_) {
    ++unreported_;
    return;
  }
  next_report_ = now + report_pace;
  const std::size_t others = std::exchange(unreported_, 0);
  refused_(
      "a connection was refused: " + reason +
      (others > 0 ? ", and " + std::to_string(others) + " more since the last such line" : ""));
}

void Entrance::arm_timer() {
  if (is_timer_running_ || guests_.empty()) return;
  is_timer_running_ = true;
  timer_.expires_at(guests_.front()->end);
  timer_.async_wait([this](const error_code& cancelled) {
    is_timer_running_ = false;
    if (!cancelled) drop_late_ones();
  });
}

void Entrance::drop_late_ones() {
  const auto now = Clock::now();
  while (!guests_.empty() && guests_.front()->end <= now) {
    const GuestPointer late = guests_.front();
    drop(late, Refusal::authentication_ms_max,
         "it did not present the token in time (authentication_ms_max)");
  }
  arm_timer();
}

}  // namespace py4cpp
