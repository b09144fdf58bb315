// SPDX-License-Identifier: Apache-2.0
//
// TLS for the two directions of a gateway. A PEM is either the path of a file or the text itself,
// told apart by its "-----BEGIN". Connections are TLS 1.2 or newer from their first byte on, and
// tokens are presented inside.
#pragma once

#include <string>

namespace py4cpp {

/// For clients that connect to us with an `ssl_context`.
struct TlsServer {
  /// Our certificate, followed by those between it and the authority, and its private key.
  std::string certificate{};
  std::string key{};
  /// Not empty: a client must present a certificate that one of these authorities signed.
  std::string client_authorities{};
};

/// For our connections to Python's callback server.
struct TlsClient {
  /// The authorities that may have signed the server's certificate, or that certificate itself.
  /// Empty: those of the system.
  std::string authorities{};
  /// The name or address that the certificate must be for. Empty: that of the callback address.
  std::string host_name{};
  /// False accepts any certificate, so that whoever takes the server's place is not noticed: for
  /// tests only.
  bool verify = true;
  /// What we present when the server asks for a certificate of ours. Both empty: nothing.
  std::string certificate{};
  std::string key{};
};

}  // namespace py4cpp
