// SPDX-License-Identifier: Apache-2.0
//
// Brings accumulator updates to the driver, which adds them up. The driver listens; this side
// connects once, says its token, and then sends the updates of one finished task at a time.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.hpp"
#include "base/socket.hpp"
#include "engine/task_run.hpp"

namespace py4cpp::engine {

class AccumulatorClient final : public AccumulatorSink {
 public:
  /// The driver's server on a loopback port, or on a Unix socket. Connects at the first update and
  /// stays connected until the destructor: the driver takes an end before its own for an error.
  AccumulatorClient(std::uint16_t port, std::string token);
  explicit AccumulatorClient(std::string unix_path);

  /// Sends one task's updates and waits until the driver has added them. Does nothing when there
  /// are none. Throws Disconnected when the driver is gone; then these updates are lost, not
  /// repeated.
  void add(std::vector<runner::Bytes> updates) override;

  /// Says that no more updates come. The driver's server looks only once or twice in a second
  /// whether it should end, unless something arrives: so, until it has ended or some seconds have
  /// passed, a thread of this client sends it updates without content. Call it when the driver is
  /// about to end its server. The destructor ends the thread. Does nothing the second time.
  void finish();

 private:
  void connect();
  /// Sends updates and waits for the answer.
  void send(const std::vector<runner::Bytes>& updates, Deadline deadline);
  void nudge(const std::stop_token& stop);

  const std::uint16_t port_ = 0;
  const std::string token_;
  const std::string path_;

  std::mutex sending_;  // one task at a time
  Fd socket_;
  std::jthread nudging_;
};

}  // namespace py4cpp::engine
