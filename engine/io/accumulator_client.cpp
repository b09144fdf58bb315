// SPDX-License-Identifier: Apache-2.0
//
// The token goes out as it is, without a length; a task's updates as their number and frames. The
// driver answers one byte.
#include "engine/io/accumulator_client.hpp"

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

}  // namespace

AccumulatorClient::AccumulatorClient(std::uint16_t port, std::string token)
    : port_(port), token_(std::move(token)) {}

AccumulatorClient::AccumulatorClient(std::string unix_path) : path_(std::move(unix_path)) {}

void AccumulatorClient::add(std::vector<runner::Bytes> updates) {
  if (updates.empty()) return;
  std::lock_guard sending(sending_);
  connect();
  FrameBuffer message;
  auto count = big_endian(static_cast<std::uint32_t>(updates.size()));
  message.body().assign(count.begin(), count.end());
  for (const runner::Bytes& update : updates) message.add(update);
  write_all(socket_, message.bytes());
  std::byte answer{};
  if (!read_exact(socket_, std::span(&answer, 1)) || answer != added) {
    throw Disconnected("the driver did not take the accumulator updates of a task");
  }
}

void AccumulatorClient::connect() {
  if (socket_) return;
  Deadline deadline = after(connect_s_max);
  socket_ = path_.empty() ? connect_loopback(port_, deadline) : connect_unix(path_, deadline);
  write_all(socket_, std::as_bytes(std::span(token_)), deadline);
}

}  // namespace py4cpp::engine
