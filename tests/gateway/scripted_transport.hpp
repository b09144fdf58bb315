// SPDX-License-Identifier: Apache-2.0
//
// A peer made of a script: what it sends, and what it must be sent first. A test can cut the
// connection at any step, to see that the session ends well wherever that happens.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/error.hpp>
#include <deque>
#include <string>
#include <utility>

#include "gateway/transport/transport.hpp"

namespace py4cpp::test {

class Script {
 public:
  /// The peer sends these bytes once everything expected before has arrived.
  Script& send(std::string bytes) {
    steps_.push_back({Step::Kind::send, std::move(bytes)});
    return *this;
  }
  /// The peer must be sent exactly these bytes now.
  Script& expect(std::string bytes) {
    steps_.push_back({Step::Kind::expect, std::move(bytes)});
    return *this;
  }
  /// The peer must be sent something that begins with these bytes.
  Script& expect_start(std::string bytes) {
    steps_.push_back({Step::Kind::expect_start, std::move(bytes)});
    return *this;
  }
  /// A command and its answer.
  Script& exchange(std::string command, std::string answer) {
    return send(std::move(command)).expect(std::move(answer));
  }

 private:
  friend class ScriptedTransport;
  struct Step {
    enum class Kind { send, expect, expect_start } kind;
    std::string bytes;
    bool is_send() const { return kind == Kind::send; }
  };
  std::deque<Step> steps_;
};

class ScriptedTransport final : public Transport {
 public:
  /// `steps_max` reads and writes work, then the connection is lost.
  explicit ScriptedTransport(Script script, std::size_t steps_max = 1'000'000)
      : steps_(std::move(script.steps_)), steps_left_(steps_max) {}

  std::size_t read(std::span<char> space, boost::system::error_code& error) override {
    if (is_cut(error)) return 0;
    if (steps_.empty() || !steps_.front().is_send()) {
      if (!steps_.empty()) FAIL_CHECK("not sent: " << steps_.front().bytes);
      error = boost::asio::error::eof;
      return 0;
    }
    std::string& bytes = steps_.front().bytes;
    const std::size_t count = std::min(space.size(), bytes.size());
    std::copy_n(bytes.begin(), count, space.begin());
    said_.append(bytes, 0, count);
    bytes.erase(0, count);
    is_reading_ = !bytes.empty();
    if (!is_reading_) steps_.pop_front();
    return count;
  }

  /// The fuzz targets include this without doctest's macros, hence what may be unused.
  void write([[maybe_unused]] std::string_view bytes, std::chrono::milliseconds,
             boost::system::error_code& error) override {
    if (is_cut(error)) return;
    heard_ += bytes;
    if (is_reading_) steps_.pop_front();  // The session has seen enough of what is being sent.
    is_reading_ = false;
    const std::string expected =
        steps_.empty() || steps_.front().is_send() ? "nothing" : steps_.front().bytes;
    [[maybe_unused]] const bool is_start =
        !steps_.empty() && steps_.front().kind == Script::Step::Kind::expect_start;
    CHECK_EQ(std::string(bytes.substr(0, is_start ? expected.size() : bytes.size())), expected);
    if (!steps_.empty()) steps_.pop_front();
  }

  void shut_down() noexcept override { is_shut_ = true; }
  bool wait_readable(std::chrono::milliseconds) override { return true; }
  std::uint16_t local_port() const override { return 1; }
  std::uint16_t remote_port() const override { return 2; }

  bool is_finished() const { return steps_.empty(); }
  bool was_cut() const { return was_cut_; }
  /// All bytes that the peer has sent, and was sent.
  const std::string& said() const { return said_; }
  const std::string& heard() const { return heard_; }

 private:
  bool is_cut(boost::system::error_code& error) {
    if (is_shut_ || steps_left_ == 0) {
      was_cut_ = true;
      error = boost::asio::error::connection_reset;
      return true;
    }
    --steps_left_;
    return false;
  }

  std::deque<Script::Step> steps_;
  std::size_t steps_left_;
  std::string said_, heard_;
  bool is_reading_ = false;
  bool is_shut_ = false;
  bool was_cut_ = false;
};

}  // namespace py4cpp::test
