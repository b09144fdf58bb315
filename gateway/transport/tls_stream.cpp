// SPDX-License-Identifier: Apache-2.0
//
// OpenSSL's own way to a socket raises SIGPIPE when the peer is gone, and blocks or not as the
// socket does; so input and output go through two functions of ours.
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>
#include <system_error>

#include "base/error.hpp"
#include "gateway/transport/tls.hpp"

namespace py4cpp {

namespace {

TlsStream::Wire& wire_of(BIO* bio) { return *static_cast<TlsStream::Wire*>(BIO_get_data(bio)); }

bool would_block() { return errno == EAGAIN || errno == EINTR; }

int read_wire(BIO* bio, char* space, int size) {
  const auto& wire = wire_of(bio);
  BIO_clear_retry_flags(bio);
  for (;;) {
    const auto count = ::recv(wire.socket, space, static_cast<std::size_t>(size),
                              wire.is_blocking ? 0 : MSG_DONTWAIT);
    if (count < 0 && errno == EINTR && wire.is_blocking) continue;
    if (count < 0 && would_block()) BIO_set_retry_read(bio);
    return static_cast<int>(count);
  }
}

int write_wire(BIO* bio, const char* bytes, int size) {
  const auto& wire = wire_of(bio);
  BIO_clear_retry_flags(bio);
  for (;;) {
    const auto count = ::send(wire.socket, bytes, static_cast<std::size_t>(size),
                              MSG_NOSIGNAL | (wire.is_blocking ? 0 : MSG_DONTWAIT));
    if (count < 0 && errno == EINTR && wire.is_blocking) continue;
    if (count < 0 && would_block()) BIO_set_retry_write(bio);
    return static_cast<int>(count);
  }
}

/// OpenSSL asks to flush, which is done already; all other questions have no answer.
long control_wire(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* wire_method() {
  static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
    std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "py4cpp socket"), &BIO_meth_free);
    if (!made) throw std::bad_alloc();
    BIO_meth_set_read(made.get(), &read_wire);
    BIO_meth_set_write(made.get(), &write_wire);
    BIO_meth_set_ctrl(made.get(), &control_wire);
    return made;
  }();
  return method.get();
}

int clamped(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

}  // namespace

TlsStream::TlsStream(SSL_CTX* context, int socket, bool is_server)
    : wire_{socket, false}, ssl_(SSL_new(context), &SSL_free) {
  BIO* bio = ssl_ ? BIO_new(wire_method()) : nullptr;
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio, &wire_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  set_blocking(false);
  if (is_server)
    SSL_set_accept_state(ssl_.get());
  else
    SSL_set_connect_state(ssl_.get());
}

TlsStream::~TlsStream() {
  set_blocking(false);
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_.get()) == 1 && failure_.empty()) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

void TlsStream::set_blocking(bool is_blocking) {
  wire_.is_blocking = is_blocking;
  if (is_blocking)
    SSL_set_mode(ssl_.get(), SSL_MODE_AUTO_RETRY);
  else
    SSL_clear_mode(ssl_.get(), SSL_MODE_AUTO_RETRY);
}

void TlsStream::expect_host(const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1) return;
  ERR_clear_error();
  if (host.empty() || SSL_set1_host(ssl_.get(), host.c_str()) != 1)
    throw Error("a certificate cannot be checked for the host name '" + host + "'");
  std::string name = host;  // The macro SSL_set_tlsext_host_name() casts the const away.
  SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
}

TlsStream::Step TlsStream::handshake() {
  ERR_clear_error();
  return step_after(SSL_do_handshake(ssl_.get()));
}

TlsStream::Step TlsStream::read(std::span<char> space, std::size_t& count) {
  ERR_clear_error();
  const int result = SSL_read(ssl_.get(), space.data(), clamped(space.size()));
  count = result > 0 ? static_cast<std::size_t>(result) : 0;
  return step_after(result);
}

TlsStream::Step TlsStream::write(std::string_view bytes, std::size_t& count) {
  ERR_clear_error();
  const int result = SSL_write(ssl_.get(), bytes.data(), clamped(bytes.size()));
  count = result > 0 ? static_cast<std::size_t>(result) : 0;
  return step_after(result);
}

TlsStream::Step TlsStream::peek() {
  ERR_clear_error();
  char byte = 0;
  return step_after(SSL_peek(ssl_.get(), &byte, 1));
}

TlsStream::Step TlsStream::step_after(int result) {
  if (result > 0) return Step::done;
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Step::ended;
    default:
      break;
  }
  const unsigned long error = ERR_get_error();
  failure_reason_ = ERR_GET_REASON(error);
  const char* text = ERR_reason_error_string(error);
  if (text)
    failure_ = text;
  else
    failure_ = system_error != 0 ? std::system_category().message(system_error)
                                 : "the connection was closed";
  ERR_clear_error();
  return Step::failed;
}

std::string TlsStream::certificate_failure() const {
  const long result = SSL_get_verify_result(ssl_.get());
  return result == X509_V_OK ? "" : X509_verify_cert_error_string(result);
}

}  // namespace py4cpp
