// SPDX-License-Identifier: Apache-2.0
//
// The token goes out as it is, without a length; a task's updates as their number and frames. The
// driver answers one byte.
#include "engine/io/accumulator_client.hpp"

#include <algorithm>
#include <condition_variable>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "engine/frames.hpp"
#include "engine/io/frame_buffer.hpp"

namespace py4cpp::engine {
namespace {

constexpr std::chrono::seconds connect_s_max{15};
constexpr std::byte added{1};

// How long a driver gets to end its server after `finish`, and the pauses between two nudges: short
// at first, because most drivers end it at once.
constexpr std::chrono::seconds finish_s_max{5};
constexpr std::chrono::milliseconds first_pause{1};
constexpr std::chrono::milliseconds pause_ms_max{64};

}  // namespace

AccumulatorClient::AccumulatorClient(std::uint16_t port, std::string token)
    : port_(port), token_(std::move(token)) {}

AccumulatorClient::AccumulatorClient(std::string unix_path) : path_(std::move(unix_path)) {}

void AccumulatorClient::add(std::vector<runner::Bytes> updates) {
  if (updates.empty()) return;
  std::lock_guard sending(sending_);
  send(updates, no_deadline);
}

void AccumulatorClient::send(const std::vector<runner::Bytes>& updates, Deadline deadline) {
  connect();
  FrameBuffer message;
  auto count = big_endian(static_cast<std::uint32_t>(updates.size()));
  message.body().assign(count.begin(), count.end());
  for (const runner::Bytes& update : updates) message.add(update);
  write_all(socket_, message.bytes(), deadline);
  std::byte answer{};
  if (!read_exact(socket_, std::span(&answer, 1), deadline) || answer != added) {
    throw Disconnected("the driver did not take the accumulator updates of a task");
  }
}

void AccumulatorClient::finish() {
  std::lock_guard sending(sending_);
  if (nudging_.joinable()) return;
  nudging_ = std::jthread([this](const std::stop_token& stop) { nudge(stop); });
}

void AccumulatorClient::nudge(const std::stop_token& stop) {
  const Deadline deadline = after(finish_s_max);
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::chrono::milliseconds pause = first_pause;
  try {
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < deadline) {
      {
        std::lock_guard sending(sending_);
        send({}, deadline);
      }
      std::unique_lock lock(mutex);
      stopped.wait_for(lock, stop, pause, [] { return false; });
      pause = std::min(2 * pause, pause_ms_max);
    }
  } catch (const Error&) {
    // The driver has closed our connection, as it should. Its server may still wait for another.
    try {
      std::lock_guard sending(sending_);
      socket_.reset();
      connect();
    } catch (const Error&) {
      return;
    }
  }
}

void AccumulatorClient::connect() {
  if (socket_) return;
  Deadline deadline = after(connect_s_max);
  socket_ = path_.empty() ? connect_loopback(port_, deadline) : connect_unix(path_, deadline);
  write_all(socket_, std::as_bytes(std::span(token_)), deadline);
}

}  // namespace py4cpp::engine
