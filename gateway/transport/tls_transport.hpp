// SPDX-License-Identifier: Apache-2.0
//
// A Transport over TLS.
#pragma once

#include <memory>

#include "gateway/transport/socket_transport.hpp"
#include "gateway/transport/tls.hpp"

namespace py4cpp {

class TlsTransport final : public SocketTransport {
 public:
  /// Takes a blocking socket, and the stream over it, whose handshake is done.
  TlsTransport(Fd socket, std::unique_ptr<TlsStream> stream, ReadTimes times,
               std::string already_read = {});

  void write(std::string_view bytes, std::chrono::milliseconds unread_ms_max,
             boost::system::error_code& error) override;

 private:
  std::size_t read_some(std::span<char> space, boost::system::error_code& error) override;
  bool wait_some(std::chrono::milliseconds time_max) override;

  const std::unique_ptr<TlsStream> stream_;
};

}  // namespace py4cpp
