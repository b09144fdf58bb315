// SPDX-License-Identifier: Apache-2.0
//
// One connection to a barrier server: a request, a wait, an answer. Everything happens on the
// thread of the io_context.
#pragma once

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/fd.hpp"
#include "runner/barrier/barrier_request.hpp"
#include "runner/barrier_stage.hpp"

namespace py4cpp::runner {

class BarrierSession final : public std::enable_shared_from_this<BarrierSession> {
 public:
  struct Events {
    /// The request is complete; it waits for `answer` or `hang_up`.
    std::function<void(BarrierSession&)> requested;
    /// The connection is closed; called once, and last.
    std::function<void(BarrierSession&)> ended;
  };

  /// `connection` is a connected stream socket.
  BarrierSession(boost::asio::io_context& context, Fd connection, std::size_t task,
                 const std::string& secret, const BarrierOptions& options, Events events);

  void start();
  /// Sends the answer and closes.
  void answer(std::shared_ptr<const Bytes> bytes);
  void hang_up();

  std::size_t task() const { return task_; }
  const BarrierRequest& request() const { return parser_.request(); }
  /// Between `requested` and `answer`.
  bool waits() const { return requested_ && !answered_; }

 private:
  void read();
  bool advance();
  bool accept_secret();
  void end();

  boost::asio::generic::stream_protocol::socket socket_;
  boost::asio::steady_timer deadline_;
  const std::size_t task_;
  const std::chrono::milliseconds request_ms_max_;
  BarrierRequestParser parser_;
  Events events_;
  std::array<std::byte, 16384> chunk_{};
  bool requested_ = false;
  bool answered_ = false;
  bool ended_ = false;
};

}  // namespace py4cpp::runner
