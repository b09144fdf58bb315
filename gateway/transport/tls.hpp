// SPDX-License-Identifier: Apache-2.0
//
// TLS over a socket that somebody else owns. OpenSSL reads and writes the socket itself and keeps
// no bytes outside its own object: so the control plane can shake hands without blocking and then
// hand the stream to the thread of the session, which blocks.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/tls_options.hpp"

namespace py4cpp {

/// One connection. Used by one thread at a time.
class TlsStream {
 public:
  enum class Step { done, wants_read, wants_write, ended, failed };

  /// Of a context, over a socket; both outlive it.
  TlsStream(SSL_CTX* context, int socket, bool is_server);
  /// Takes leave of the peer, as far as that goes without waiting.
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  /// False (at first): calls return wants_read or wants_write instead of waiting for the socket,
  /// and after each message that is no data, of which a peer may send any number.
  void set_blocking(bool is_blocking);

  /// Clients only, before the handshake: the server's certificate must be for this name or address.
  void expect_host(const std::string& host);
  Step handshake();
  /// `count` of the bytes that came, or were sent, when it is done.
  Step read(std::span<char> space, std::size_t& count);
  Step write(std::string_view bytes, std::size_t& count);
  /// Done when read() would return bytes at once; what is no data (keys, alerts) is dealt with.
  Step peek();

  /// Why the last step failed, in OpenSSL's words.
  const std::string& failure() const { return failure_; }
  /// The reason's number of OpenSSL (SSL_R_...), or 0.
  int failure_reason() const { return failure_reason_; }
  /// Why the peer's certificate is not accepted; empty when that is not the matter.
  std::string certificate_failure() const;

  /// What OpenSSL's input and output functions know; for them only.
  struct Wire {
    int socket = -1;
    bool is_blocking = false;
  };

 private:
  Step step_after(int result);

  Wire wire_;
  std::string failure_;
  int failure_reason_ = 0;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

/// What the connections of one direction share. Immutable once made, so any thread may use it.
class TlsContext {
 public:
  /// Throw Error that names the file and says what to do about it.
  explicit TlsContext(const TlsServer& options);
  explicit TlsContext(const TlsClient& options);

  /// The server's end of a connection; the handshake is the caller's.
  std::unique_ptr<TlsStream> accept(int socket) const;

  /// Shakes hands as the client. `place` names the server in errors. Throws Disconnected.
  std::unique_ptr<TlsStream> connect(int socket, const std::string& host,
                                     std::chrono::milliseconds time_max,
                                     const std::string& place) const;

  /// What went wrong in a client's handshake with us, and what to do about it.
  static std::string explain(const TlsStream& stream);

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
};

}  // namespace py4cpp
