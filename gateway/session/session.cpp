// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/session.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <span>

#include "gateway/callback/python_error.hpp"
#include "gateway/control/admission.hpp"
#include "gateway/session/kept_command.hpp"
#include "gateway/session/minted_parts.hpp"

namespace py4cpp {

namespace {

/// What is read from a stream's source and written at a time.
constexpr std::size_t stream_block_bytes = std::size_t{256} << 10;

/// An answer's or a request's memory that is kept for the next one.
constexpr std::size_t kept_bytes_max = 65'536;

void trim(std::string& text) {
  if (text.capacity() > kept_bytes_max) text = std::string();  // `{}` keeps it.
}

/// Releases that are sent before their answers are awaited: a round trip costs more than a release.
/// Both directions of them fit into any socket's buffer.
constexpr std::size_t release_batch = 64;

/// What Python answers when it does not know the object that is called; it has not read the rest of
/// the call then.
constexpr std::string_view unknown_object_answer = "!xsObject ID unknown";

/// A client whose command is refused half-way may go on sending it for this long, without a pause
/// longer than that.
constexpr std::chrono::milliseconds refused_ms_max{10'000};
constexpr std::chrono::milliseconds refused_pause_ms_max{1'000};

/// Gives large memory of a request back at the end of its call, however that comes.
class Trimmed {
 public:
  explicit Trimmed(std::string& text) : text_(text) {}
  ~Trimmed() { trim(text_); }
  Trimmed(const Trimmed&) = delete;
  Trimmed& operator=(const Trimmed&) = delete;

 private:
  std::string& text_;
};

/// Counts how deep calls are nested; see GatewayOptions::depth_max.
class Deeper {
 public:
  explicit Deeper(std::size_t& depth) : depth_(depth) { ++depth_; }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  std::size_t& depth_;
};

}  // namespace

Session::Session(Core& core, std::unique_ptr<Transport> transport, Opened opened)
    : core_(core),
      transport_(std::move(transport)),
      reader_(
          {core.options.command_bytes_max, core.options.arguments_max},
          core.options.custom_commands.empty()
              ? wire::CommandReader::IsCustom()
              : [&core](
                    std::string_view name) { return core.options.custom_commands.contains(name); }),
      opened_(opened) {}

void Session::announce() {
  notice_ = std::make_unique<ConnectionNotice>(core_, *transport_, opened_ == Opened::by_us);
}

bool Session::serve() {
  const bool shutdown_asked = serve_commands();
  notice_.reset();
  const SessionState ended = std::exchange(state_, {});  // Not where the session is destroyed.
  return shutdown_asked;
}

bool Session::serve_commands() {
  try {
    while (const auto message = receive()) {
      const Next next = run(*message, answer_);
      const auto stream = std::exchange(stream_, nullptr);
      prepare_answer(next);
      if (!answer_.empty()) send_answer(answer_, stream);
      trim(answer_);
      if (next == Next::shut_down || shut_down_requested_) return true;
      if (next == Next::close || is_broken_) return false;
    }
  } catch (const Disconnected&) {
    // The client is gone in the middle of something: nobody is left to tell.
  } catch (const std::exception& error) {
    failed(error.what(), LogLevel::warn);
  } catch (...) {
    failed("an unknown exception", LogLevel::warn);
  }
  return shut_down_requested_;
}

bool Session::present_token(const std::string& token, Clock::time_point end) {
  std::string request = "A\n";
  wire::append_escaped(request, token);
  send(request + "\ne\n", core_.options.callback_connect_ms_max);
  // Whoever listens there may be a stranger: it gets a short time and a short line.
  reader_.set_limits(limits_before_token);
  const auto answer = receive(end);
  if (!answer && Clock::now() >= end)
    lose("Python's callback server did not answer to our token in time");
  reader_.set_limits({core_.options.command_bytes_max, core_.options.arguments_max});
  if (answer && answer->lines.front() == "!yv") return true;
  is_broken_ = true;
  if (answer && answer->lines.front() == "!xn") return false;
  lose("Python's callback server refused our token");
}

Value Session::call(const std::string& id, std::string_view method,
                    const std::vector<Value>& arguments, bool& was_sent) {
  if (is_streaming_)
    throw Error("a stream must not call Python over the connection that it is sent on");
  if (depth_ >= core_.options.depth_max)
    throw Overloaded("calls between C++ and Python are nested " + std::to_string(depth_) +
                     " deep, which is the gateway's limit (depth_max)");
  const Deeper deeper(depth_);
  std::string& request = request_;
  const Trimmed trimmed(request);
  request.assign("c\n").append(id).append("\n").append(method).append("\n");
  MintedParts parts(core_, was_sent, is_silent_);
  for (const Value& argument : arguments) {
    const std::size_t begin = request.size();
    append_value(core_, request, argument);
    if (argument.get_if<Object>() || argument.get_if<Proxy>()) parts.add(request.substr(begin));
    request += '\n';
  }
  request += "e\n";
  send(request, core_.options.callback_read_ms_max);
  was_sent = true;
  const auto answer = receive_within_call();
  if (!answer) lose("Python closed the connection while C++ called " + std::string(method));
  const std::string_view line = answer->lines.front();
  if (line == unknown_object_answer) {
    is_broken_ = true;
    transport_->shut_down();
  } else {
    parts.keep();
  }
  return read_result(line);
}

void Session::release(const std::vector<std::string>& ids) {
  for (std::span rest(ids); !rest.empty();) {
    const auto batch = rest.first(std::min(rest.size(), release_batch));
    rest = rest.subspan(batch.size());
    std::string request;
    for (const auto& id : batch) request += "g\n" + id + "\ne\n";
    send(request, core_.options.callback_read_ms_max);
    await_releases(batch.size());
  }
}

/// Python answers each request when it has let go of the object. An object may call us at that
/// moment: Python then takes the requests behind before it reads our answer. So its calls wait
/// until it has come to the last request, and are answered in the order that it waits in, the last
/// first.
void Session::await_releases(std::size_t unanswered) {
  std::vector<KeptCommand> waiting;
  while (unanswered > 0) {
    if (waiting.size() == unanswered) {
      const KeptCommand last = std::move(waiting.back());
      waiting.pop_back();
      serve_nested(last.message());
      continue;
    }
    transport_->acknowledge_at_once();
    const auto message = receive(Clock::time_point::max(), silent_ms_max());
    if (!message) lose("Python closed the connection while proxies were released");
    if (message->is_answer())
      --unanswered;
    else
      waiting.emplace_back(*message);
  }
}

std::optional<wire::Message> Session::receive(Clock::time_point end,
                                              std::chrono::milliseconds silent_ms_max) {
  const auto is_late = [&] {
    if (end == Clock::time_point::max()) return false;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    return left.count() <= 0 || !transport_->wait_readable(left);
  };
  for (;;) {
    auto message = reader_.next();
    if (!message) refuse(message.error().message());
    if (*message) return *message;
    if (is_late()) return std::nullopt;
    if (silent_ms_max.count() > 0 && !transport_->wait_readable(silent_ms_max))
      lose_silent("Python was silent for too long");
    boost::system::error_code error;
    const std::size_t count = transport_->read(reader_.space(), error);
    if (error == boost::asio::error::timed_out) lose_silent("Python was silent for too long");
    if (error || count == 0) return std::nullopt;
    core_.counters.bytes_received.fetch_add(count, std::memory_order_relaxed);
    reader_.filled(count);
  }
}

/// A callback connection has the bound on Python's silence in its transport; a client's own has one
/// only while C++ waits for it.
std::chrono::milliseconds Session::silent_ms_max() const {
  return opened_ == Opened::by_us ? std::chrono::milliseconds(0)
                                  : core_.options.callback_read_ms_max;
}

/// Serves nested commands until an answer arrives.
std::optional<wire::Message> Session::receive_within_call() {
  for (;;) {
    auto message = receive(Clock::time_point::max(), silent_ms_max());
    if (!message || message->is_answer()) return message;
    serve_nested(*message);
  }
}

void Session::serve_nested(const wire::Message& message) {
  // Only a pinned client calls back on the connection of a call.
  if (opened_ == Opened::by_us && !core_.options.pinned)
    lose("Python's callback server sent a command where an answer was due");
  std::string answer;
  const Next next = run(message, answer);
  const auto stream = std::exchange(stream_, nullptr);
  prepare_answer(next);
  if (!answer.empty()) send_answer(answer, stream);
  if (next == Next::shut_down) shut_down_requested_ = true;
  if (next != Next::go_on) lose("the client ended the conversation within a call");
}

void Session::refuse(const std::string& reason) {
  std::string answer;
  answer_fatal(answer, reason);
  send_in_answer(answer);
  if (opened_ == Opened::by_client) take_the_rest();
  lose(reason);
}

/// py4j reads an answer when it has sent all of its command. Until then the rest is taken, since a
/// connection that is closed with unread bytes is reset, and the answer lost.
void Session::take_the_rest() {
  transport_->end_sending();
  const auto end = Clock::now() + refused_ms_max;
  std::array<char, 65'536> ignored{};
  while (Clock::now() < end && transport_->wait_readable(refused_pause_ms_max)) {
    boost::system::error_code error;
    const std::size_t count = transport_->read(ignored, error);
    if (error || count == 0) return;
    core_.counters.bytes_received.fetch_add(count, std::memory_order_relaxed);
  }
}

void Session::send(std::string_view bytes, std::chrono::milliseconds unread_ms_max) {
  if (is_silent_) throw Disconnected("the connection to Python was lost before");
  boost::system::error_code error;
  transport_->write(bytes, unread_ms_max, error);
  core_.counters.bytes_sent.fetch_add(bytes.size(), std::memory_order_relaxed);
  if (error == boost::asio::error::timed_out) lose_silent("Python did not read for too long");
  if (error) lose("cannot write to Python: " + error.message());
}

void Session::send_in_answer(std::string_view bytes) {
  const auto& options = core_.options;
  send(bytes, opened_ == Opened::by_us ? options.callback_read_ms_max : options.read_ms_max);
}

void Session::send_answer(const std::string& answer, const std::shared_ptr<Stream>& stream) {
  try {
    send_in_answer(answer);
  } catch (const Disconnected&) {
    take_back(core_, std::string_view(answer).substr(std::min<std::size_t>(2, answer.size())));
    throw;
  }
  if (stream) send_stream(*stream);
}

void Session::send_stream(Stream& stream) {
  const auto send_bytes = [this](std::span<const std::byte> bytes) {
    send_in_answer({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    core_.counters.bytes_streamed.fetch_add(bytes.size(), std::memory_order_relaxed);
  };
  const auto source = stream.source();  // Alive while its bytes are sent, whoever closes it.
  is_streaming_ = true;
  try {
    if (const auto all = stream.take_all(); !all.empty()) {
      send_bytes(all);
    } else {
      Bytes block(stream_block_bytes);
      while (const std::size_t count = stream.read(block))
        send_bytes(std::span<const std::byte>(block).first(count));
    }
  } catch (const std::exception& error) {
    lose(std::string("a stream broke off: ") + error.what());
  } catch (...) {
    lose("a stream broke off with an unknown exception");
  }
  is_streaming_ = false;
}

void Session::prepare_answer(Next next) {
  if (!before_answer || is_before_answer_ || next != Next::go_on || is_broken_) return;
  is_before_answer_ = true;
  try {
    before_answer(*this);
  } catch (const Disconnected&) {
    throw;
  } catch (const std::exception& failure) {
    lose(failure.what());  // The answer would never be sent.
  }
  is_before_answer_ = false;
}

Next Session::run(const wire::Message& message, std::string& answer) {
  if (message.name() == "A") {
    Verdict verdict = judge_again(message, core_.options);
    answer = std::move(verdict.answer);
    if (!verdict.refusal) return Next::go_on;
    core_.counters.refusals.add(*verdict.refusal);
    return Next::close;
  }
  CallContext context(core_.registry, state_, core_.gateway, &core_.counters);
  Command command{core_, context, message.lines, answer};
  const Deeper deeper(depth_);
  const Next next = run_command(command);
  stream_ = std::move(command.stream);
  return next;
}

Value Session::read_result(std::string_view answer_line) {
  const std::string_view part = answer_line.size() > 2 ? answer_line.substr(2) : "";
  if (answer_line.size() < 2 || answer_line[1] != wire::success_mark) raise_python_error(part);
  if (part.empty()) return {};
  auto value = read_part(core_, part);
  if (auto* error = std::get_if<ArgumentError>(&value))
    throw Error("Python returned what cannot be read: " + error->text);
  return std::move(std::get<Value>(value));
}

/// Python answers an error with a traceback, or with a reference to an exception of ours.
void Session::raise_python_error(std::string_view part) {
  if (part.empty()) throw PythonError("Python reported an error without a message", "");
  auto value = read_part(core_, part);
  const auto* decoded = std::get_if<Value>(&value);
  if (!decoded) throw PythonError("Python reported an error that cannot be read", "");
  if (const auto error = core_.registry.cast<NamedError>(*decoded)) {
    const NamedError& named = *error;
    const auto* type = core_.registry.table().find(typeid(named));
    if (type && type->record->error.raise) type->record->error.raise(named);
    throw NamedError(named);
  }
  throw python_error(plain_text(*decoded));
}

/// Neither side repeats what it has sent: the connection stays open until it is destroyed, and ends
/// in a reset then.
void Session::lose_silent(const std::string& reason) {
  is_broken_ = is_silent_ = true;
  transport_->end_with_reset();
  failed(reason, LogLevel::info);
  throw Disconnected(reason);
}

void Session::failed(const std::string& reason, LogLevel level) {
  if (notice_) notice_->failed(reason, level);
}

void Session::lose(const std::string& reason) {
  is_broken_ = true;
  transport_->shut_down();
  failed(reason, LogLevel::info);
  throw Disconnected(reason);
}

}  // namespace py4cpp
