// SPDX-License-Identifier: Apache-2.0
//
// The program that the Python tests talk to: a gateway over a handful of classes. It prints its
// port and runs until its standard input ends, then prints what is left: ids in the gateway, Python
// objects that C++ holds, and objects of the classes below. A `d` in its input drops the kept
// proxies.
//
//   gateway_peer [--unpinned] [--address A] [--port N] [--callback-port N] [--objects-max N]
//                [--connections-max N] [--unauthenticated-max N] [--depth-max N] [--token-ms N]
//                [--read-ms N] [--callback-read-ms N] [--command-bytes-max N]
//                [--release-ms N]
//                [--certificate PEM --key PEM] [--client-authorities PEM]
//                [--callback-authorities PEM] [--callback-host NAME]
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/log_levels.hpp"
#include "gateway/collections.hpp"
#include "gateway/gateway.hpp"
#include "gateway/stream.hpp"

namespace {

using namespace py4cpp;

/// Counts the objects of all classes below.
class Counted {
 public:
  Counted() { ++all; }
  Counted(const Counted&) { ++all; }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --all; }
  static inline std::atomic<int> all = 0;
};

/// Counts its own objects, so that the tests see whether Python's deletions arrive.
class Tracked : Counted {
 public:
  Tracked() { ++alive; }
  ~Tracked() { --alive; }
  Tracked(const Tracked&) = delete;
  Tracked& operator=(const Tracked&) = delete;
  static inline std::atomic<int> alive = 0;
};

class Peer : Counted {
 public:
  int field10 = 10;
  std::int64_t field11 = 11;
  std::string text = "field";

  std::string greet(const std::string& name) const { return "Hello " + name; }
  Value echo(Value value) const { return value; }

  std::string pick(int) const { return "int"; }
  std::string pick_long(std::int64_t) const { return "long"; }
  std::string pick_text(const std::string&) const { return "String"; }
  std::string pick_any(const Value&) const { return "Object"; }

  std::vector<std::string> strings(int count) const {
    std::vector<std::string> result;
    for (int i = 0; i < count; ++i) result.push_back(std::to_string(i));
    return result;
  }
  Array<int> numbers() const { return {{1, 2, 3}}; }
  std::map<std::string, int> ages() const { return {{"ann", 30}, {"bob", 40}}; }

  /// Bytes 0, 1, ... 255, 0, ..., delivered a few at a time.
  Stream count(int size) const {
    return Stream([size, sent = 0](std::span<std::byte> space) mutable {
      const std::size_t left = static_cast<std::size_t>(size - sent);
      const std::size_t count = std::min({space.size(), left, std::size_t{1000}});
      for (std::size_t i = 0; i < count; ++i) space[i] = static_cast<std::byte>(sent++);
      return count;
    });
  }
  Stream memory(int size) const {
    return Stream::of(Bytes(static_cast<std::size_t>(size), std::byte{7}));
  }
  Stream file(const std::string& path) const {
    return Stream::of(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
  }
  Stream breaking() const {
    return Stream([sent = false](std::span<std::byte> space) mutable -> std::size_t {
      if (std::exchange(sent, true)) throw std::runtime_error("the source is gone");
      space.front() = std::byte{1};
      return 1;
    });
  }

  double sum(const std::vector<double>& numbers) const {
    double total = 0;
    for (const double number : numbers) total += number;
    return total;
  }

  void fail(const std::string& message) const { throw std::out_of_range(message); }
  void fail_with_cause() const {
    throw NamedError("test.OuterException", "outer",
                     std::make_shared<NamedError>("test.InnerException", "inner"));
  }
  void fail_strangely() const { throw 42; }
  /// As a file name may be, or the text of an old library.
  std::string latin1() const { return "M\xFCller"; }
  void fail_in_latin1() const { throw std::runtime_error(latin1()); }
  std::string first(char letter) const { return {letter}; }

  Value ask(const Proxy& python, const Value& value) const { return python.call("apply", {value}); }

  /// Calls Python from a thread that serves no connection.
  Value ask_elsewhere(const Proxy& python, const Value& value) const {
    Value result;
    std::exception_ptr error;
    std::thread([&] {
      try {
        result = python.call("apply", {value});
      } catch (...) {
        error = std::current_exception();
      }
    }).join();
    if (error) std::rethrow_exception(error);
    return result;
  }

  void keep(Proxy python) {
    const std::lock_guard lock(mutex_);
    kept_.push_back(std::move(python));
  }
  /// Drops all others.
  void keep_only(Proxy python) {
    drop();
    keep(std::move(python));
  }
  Value ask_kept(const Value& value) {
    std::unique_lock lock(mutex_);
    const Proxy last = kept_.back();
    lock.unlock();
    return last.call("apply", {value});
  }
  void drop() {
    std::vector<Proxy> dropped;
    const std::lock_guard lock(mutex_);
    dropped.swap(kept_);
  }

  std::int64_t thread() const { return ::gettid(); }

  /// Waits until another connection calls open().
  void wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return is_open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    opened_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool is_open_ = false;
  std::vector<Proxy> kept_;
};

struct Calls : Counted {
  int count = 0;
};

void bind(Registry& registry) {
  registry.type<Tracked>("test.Tracked").constructor<>().static_method("alive", [] {
    return Tracked::alive.load();
  });
  registry.type<Peer>("test.Peer")
      .constructor<>()
      .field("field10", &Peer::field10)
      .field("field11", &Peer::field11)
      .field("text", &Peer::text)
      .method("greet", &Peer::greet)
      .method("echo", &Peer::echo)
      .method("pick", &Peer::pick)
      .method("pick", &Peer::pick_long)
      .method("pick", &Peer::pick_text)
      .method("pick", &Peer::pick_any)
      .method("half", [](const Peer&, double number) { return number / 2; })
      .method("strings", &Peer::strings)
      .method("numbers", &Peer::numbers)
      .method("ages", &Peer::ages)
      .method("sum", &Peer::sum)
      .method("count", &Peer::count)
      .method("memory", &Peer::memory)
      .method("file", &Peer::file)
      .method("breaking", &Peer::breaking)
      .method("fail", &Peer::fail)
      .method("fail_with_cause", &Peer::fail_with_cause)
      .method("fail_strangely", &Peer::fail_strangely)
      .method("latin1", &Peer::latin1)
      .method("fail_in_latin1", &Peer::fail_in_latin1)
      .method("first", &Peer::first)
      .method("ask", &Peer::ask)
      .method("ask_elsewhere", &Peer::ask_elsewhere)
      .method("keep", &Peer::keep)
      .method("keep_only", &Peer::keep_only)
      .method("ask_kept", &Peer::ask_kept)
      .method("drop", &Peer::drop)
      .method("thread", &Peer::thread)
      .method("wait", &Peer::wait)
      .method("open", &Peer::open)
      .method("calls", [](const Peer&, CallContext& c) { return ++c.session_state<Calls>().count; })
      .method("objects", [](const Peer&, CallContext& c) { return c.gateway().object_count(); })
      .method("refused",
              [](const Peer&, CallContext& c) {
                return c.gateway().metrics().refused_for(Refusal::connections_max);
              })
      .static_method("twice", [](int number) { return 2 * number; })
      .static_field("LIMIT", 100);
  registry.type("test.Peer$Nested").static_field("NAME", "nested");
  registry.interface("test.Function");
  registry.exception("test.OuterException");
  registry.exception("test.InnerException", "java.lang.RuntimeException");
  registry.missing("future", [](const std::string& class_name, const std::string& member) {
    return NamedError("java.lang.UnsupportedOperationException",
                      class_name + (member.empty() ? "" : "." + member) + " is not supported");
  });
}

GatewayOptions options_from(int count, char** words) {
  GatewayOptions options;
  options.token = "secret";
  const auto number = [&](int i) { return i + 1 < count ? std::atoll(words[i + 1]) : 0; };
  const auto value = [&](int i) { return i + 1 < count ? words[i + 1] : ""; };
  const auto size = [&](int i) { return static_cast<std::size_t>(number(i)); };
  TlsServer tls;
  TlsClient callback_tls;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--address") options.address = value(i);
    if (word == "--certificate") tls.certificate = value(i);
    if (word == "--key") tls.key = value(i);
    if (word == "--client-authorities") tls.client_authorities = value(i);
    if (word == "--callback-authorities") callback_tls.authorities = value(i);
    if (word == "--callback-host") callback_tls.host_name = value(i);
    if (word == "--unauthenticated-max") options.unauthenticated_max = size(i);
    if (word == "--depth-max") options.depth_max = size(i);
    if (word == "--read-ms") options.read_ms_max = std::chrono::milliseconds(number(i));
    if (word == "--callback-read-ms")
      options.callback_read_ms_max = std::chrono::milliseconds(number(i));
    if (word == "--orphans-ms") options.orphans_ms_max = std::chrono::milliseconds(number(i));
    if (word == "--release-ms") options.release_ms_max = std::chrono::milliseconds(number(i));
    if (word == "--unpinned") options.pinned = false;
    if (word == "--port") options.port = static_cast<std::uint16_t>(number(i));
    if (word == "--callback-port") options.callback_port = static_cast<std::uint16_t>(number(i));
    if (word == "--objects-max") options.objects_max = static_cast<std::size_t>(number(i));
    if (word == "--connections-max") options.connections_max = static_cast<std::size_t>(number(i));
    if (word == "--token-ms") options.authentication_ms_max = std::chrono::milliseconds(number(i));
    if (word == "--command-bytes-max")
      options.command_bytes_max = static_cast<std::size_t>(number(i));
  }
  if (!tls.certificate.empty()) options.tls = tls;
  if (!callback_tls.authorities.empty()) {
    callback_tls.certificate = tls.certificate;
    callback_tls.key = tls.key;
    options.callback_tls = callback_tls;
  }
  options.custom_commands["join"] = [](CallContext&, std::span<const std::string_view> lines) {
    std::string joined;
    for (const auto line : lines) joined += line;
    return Value(joined);
  };
  options.custom_commands["stats"] = [](CallContext& context, auto) {
    return Value(context.gateway().object_count());
  };
  options.custom_commands["fail"] = [](CallContext&, auto) -> Value {
    throw std::out_of_range("a custom failure");
  };
  options.log =
      filtered([](LogLevel, std::string_view component,
                  std::string_view text) { std::cerr << component << ": " << text << std::endl; },
               LogLevels());
  return options;
}

/// Waits for the end of the standard input or for the client's shutdown command, whose end is that
/// of the pipe.
void wait_for_end(int shutdown_fd, Peer& peer) {
  pollfd sources[] = {{STDIN_FILENO, POLLIN, 0}, {shutdown_fd, POLLIN, 0}};
  for (;;) {
    if (::poll(sources, 2, -1) < 0) continue;
    char request = 0;
    if (sources[1].revents != 0) return;
    if (sources[0].revents != 0 && ::read(STDIN_FILENO, &request, 1) <= 0) return;
    if (request != 'd') continue;
    peer.drop();
    std::cout << "dropped" << std::endl;
  }
}

/// Serves until the end, and prints what the gateway holds then.
void serve(Registry& registry, GatewayOptions options, const std::shared_ptr<Peer>& peer,
           int shutdown_fd) {
  options.entry_point = peer;
  Gateway gateway(registry, std::move(options));
  std::cout << gateway.port() << std::endl;
  wait_for_end(shutdown_fd, *peer);
  gateway.stop();
  peer->drop();
  std::cout << "objects " << gateway.object_count() << " proxies " << gateway.metrics().proxies;
}

}  // namespace

int main(int count, char** words) {
  Registry registry;
  bind(registry);
  int shutdown_pipe[2];
  if (::pipe(shutdown_pipe) != 0) return 1;
  auto options = options_from(count, words);
  options.on_shutdown = [&] {
    std::cout << "shut down" << std::endl;
    ::close(shutdown_pipe[1]);
  };
  try {
    serve(registry, std::move(options), std::make_shared<Peer>(), shutdown_pipe[0]);
    std::cout << " alive " << Counted::all << std::endl;
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
