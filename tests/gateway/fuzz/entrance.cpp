// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the start of a connection: the TLS handshake when the first byte of the input is a `T`, a
// token in plain text otherwise, at a gateway that is full when it is an `F`. However it goes, the
// connection has left the entrance at the end.
#include "gateway/control/entrance.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/gateway.hpp"

namespace {

using namespace py4cpp;

TlsServer server_options() {
  const std::string folder = TLS_FOLDER;
  return {.certificate = folder + "/gateway.pem",
          .key = folder + "/gateway.key",
          .client_authorities = {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TlsContext tls(server_options());
  if (size == 0 || size > 60'000) return 0;  // What fits into the buffer of a socket.
  GatewayOptions options;
  options.token = "secret";
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) return 0;
  Fd ours(pair[0]);
  const Fd theirs(pair[1]);
  if (::send(theirs.get(), data + 1, size - 1, MSG_NOSIGNAL) < 0) return 0;
  ::shutdown(theirs.get(), SHUT_WR);

  boost::asio::io_context io;
  bool was_admitted = false;
  RefusalCounters counters;
  const bool is_full = data[0] == 'F';
  Entrance entrance(
      io, options, data[0] == 'T' ? &tls : nullptr, counters,
      [&](const Entrance::MakeTransport& make) -> std::optional<std::string> {
        if (is_full) return "full";
        make();
        was_admitted = true;
        return std::nullopt;
      },
      [](const std::string&) {});
  entrance.enter(std::move(ours));
  while (io.poll_one() > 0) continue;
  if (entrance.drop_oldest()) std::abort();  // Somebody waited on.
  const std::string_view said(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (was_admitted && (is_full || !said.starts_with("A\nsecret\n"))) std::abort();
  entrance.close();
  return 0;
}
