// SPDX-License-Identifier: Apache-2.0
//
// Tells the listeners of a gateway that a connection started, and at its own end that it stopped.
#pragma once

#include <string>

#include "gateway/session/tell.hpp"
#include "gateway/transport/transport.hpp"

namespace py4cpp {

class ConnectionNotice {
 public:
  ConnectionNotice(Core& core, const Transport& transport, bool is_callback)
      : core_(core),
        info_{++core.connections_ever, is_callback, transport.local_port(),
              transport.remote_port()} {
    tell(core_, [this](GatewayListener& listener) { listener.connection_started(info_); });
  }
  ~ConnectionNotice() {
    tell(core_, [this](GatewayListener& listener) { listener.connection_stopped(info_); });
  }
  ConnectionNotice(const ConnectionNotice&) = delete;
  ConnectionNotice& operator=(const ConnectionNotice&) = delete;

  void failed(const std::string& reason) {
    tell(core_, [&](GatewayListener& listener) { listener.connection_error(info_, reason); });
  }

 private:
  Core& core_;
  const ConnectionInfo info_;
};

}  // namespace py4cpp
