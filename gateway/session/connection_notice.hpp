// SPDX-License-Identifier: Apache-2.0
//
// Tells the listeners of a gateway, and its log, that a connection started, and at its own end that
// it stopped.
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
    log(LogLevel::debug, " started");
    tell(core_, [this](GatewayListener& listener) { listener.connection_started(info_); });
  }
  ~ConnectionNotice() {
    tell(core_, [this](GatewayListener& listener) { listener.connection_stopped(info_); });
    log(LogLevel::debug, " stopped");
  }
  ConnectionNotice(const ConnectionNotice&) = delete;
  ConnectionNotice& operator=(const ConnectionNotice&) = delete;

  void failed(const std::string& reason, LogLevel level) {
    log(level, " failed: " + reason);
    tell(core_, [&](GatewayListener& listener) { listener.connection_error(info_, reason); });
  }

 private:
  void log(LogLevel level, const std::string& event) const noexcept try {
    if (!core_.options.log) return;
    const std::string number = "connection " + std::to_string(info_.id);
    const std::string port = std::to_string(info_.remote_port);
    if (info_.is_callback)
      core_.log(level, log_components::callback_connection, number + " to port " + port + event);
    else
      core_.log(level, log_components::connection, number + " from port " + port + event);
  } catch (...) {
    // There is no memory to say it with.
  }

  Core& core_;
  const ConnectionInfo info_;
};

}  // namespace py4cpp
