// SPDX-License-Identifier: Apache-2.0
//
// One connection, used by one thread: it serves Python's commands and calls Python back. While a
// call to Python waits for its answer the session serves whatever Python sends meanwhile, so that
// the nested conversation is the call stack.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/commands/commands.hpp"
#include "gateway/session/connection_notice.hpp"
#include "gateway/session/core.hpp"
#include "gateway/transport/transport.hpp"
#include "gateway/wire/command_reader.hpp"

namespace py4cpp {

class Session {
 public:
  using Clock = std::chrono::steady_clock;

  /// Who opened the connection: a client, which has presented the token, or we.
  enum class Opened { by_client, by_us };

  Session(Core& core, std::unique_ptr<Transport> transport, Opened opened);

  /// Tells the listeners that the connection starts; they hear of its stop when serve() returns, or
  /// else when the session is destroyed.
  void announce();

  /// Serves until the connection ends. Returns true when the client asked the gateway to shut down.
  /// Nothing is thrown.
  bool serve();

  /// Presents the token to Python's callback server. False when that wants another token or knows
  /// none at all, which its answer does not tell apart; the connection is of no use then. Throws
  /// Disconnected when there is no proper answer, whole, before `end`.
  bool present_token(const std::string& token, Clock::time_point end);

  /// See Proxy::call; on the session's thread only. `was_sent` becomes true once the request is on
  /// its way, after which it must not be repeated.
  Value call(const std::string& id, std::string_view method, const std::vector<Value>& arguments,
             bool& was_sent);

  /// Tells Python that these proxies are not needed any more. Throws Disconnected.
  void release(const std::vector<std::string>& ids);

  /// True when an error left the conversation out of step; the connection is of no use then.
  bool is_broken() const { return is_broken_; }
  /// True when the connection was ended because nothing came, or could be sent, for too long;
  /// Python may be alive.
  bool is_silent() const { return is_silent_; }
  Transport& transport() { return *transport_; }

  /// Called on the session's thread before each answer to a command; may call release(). While it
  /// runs it is not called again.
  std::function<void(Session&)> before_answer;

 private:
  /// The next message; nothing at the end of the connection, or when it is not whole by `end`.
  /// Throws Disconnected after a silence of `silent_ms_max`, if that is not zero.
  std::optional<wire::Message> receive(Clock::time_point end = Clock::time_point::max(),
                                       std::chrono::milliseconds silent_ms_max = {});
  std::optional<wire::Message> receive_within_call();
  void serve_nested(const wire::Message& message);
  void await_releases(std::size_t unanswered);
  std::chrono::milliseconds silent_ms_max() const;
  /// Answers a command that is not read any further, and ends the connection.
  [[noreturn]] void refuse(const std::string& reason);
  void take_the_rest();
  /// Throws Disconnected when Python takes nothing of it for `unread_ms_max`, if that is not zero.
  void send(std::string_view bytes, std::chrono::milliseconds unread_ms_max);
  /// The same with the bound for what Python has asked for.
  void send_in_answer(std::string_view bytes);
  /// Sends an answer. When that fails the object in it is forgotten, for Python does not know it.
  /// The bytes of the stream follow, if there is one.
  void send_answer(const std::string& answer, const std::shared_ptr<Stream>& stream);
  void send_stream(Stream& stream);
  bool serve_commands();
  void prepare_answer(Next next);
  Next run(const wire::Message& message, std::string& answer);
  Value read_result(std::string_view answer_line);
  [[noreturn]] void raise_python_error(std::string_view part);
  void failed(const std::string& reason, LogLevel level);
  [[noreturn]] void lose(const std::string& reason);
  [[noreturn]] void lose_silent(const std::string& reason);

  Core& core_;
  const std::unique_ptr<Transport> transport_;
  wire::CommandReader reader_;
  const Opened opened_;
  std::unique_ptr<ConnectionNotice> notice_;
  SessionState state_;
  std::string answer_;   // Of depth 0; kept to reuse its memory.
  std::string request_;  // Likewise; of use only until it is sent.
  std::size_t depth_ = 0;
  std::shared_ptr<Stream> stream_;  // Follows the answer to the last command.
  bool is_streaming_ = false;
  bool is_before_answer_ = false;
  bool is_broken_ = false;
  bool is_silent_ = false;
  bool shut_down_requested_ = false;
};

}  // namespace py4cpp
