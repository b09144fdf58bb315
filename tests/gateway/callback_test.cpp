// SPDX-License-Identifier: Apache-2.0
//
// Calls of Python on connections to its callback server, which may be slow, or go away while
// several C++ threads use it.
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gateway/callback/callback_pool.hpp"
#include "gateway/transport/sockets.hpp"
#include "house.hpp"

namespace py4cpp::test {

namespace {

/// Python objects that C++ keeps, each until a thread takes it.
class Shelf {
 public:
  void keep(Proxy proxy) {
    const std::lock_guard lock(mutex_);
    proxies_.push_back(std::move(proxy));
  }
  std::optional<Proxy> take() {
    const std::lock_guard lock(mutex_);
    if (proxies_.empty()) return std::nullopt;
    const Proxy last = std::move(proxies_.back());
    proxies_.pop_back();
    return last;
  }

 private:
  std::mutex mutex_;
  std::vector<Proxy> proxies_;
};

/// A port of 127.0.0.1 where nobody listens yet.
Fd bind_loopback() {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return socket;
}

/// Python's callback server: answers calls with 1, and lets go of what C++ drops.
class PythonServer {
 public:
  PythonServer() : acceptor_([this] { accept_all(); }) {}
  ~PythonServer() {
    go_away();
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
  }
  PythonServer(const PythonServer&) = delete;
  PythonServer& operator=(const PythonServer&) = delete;

  std::uint16_t port() const { return local_port(listener_); }

  /// Listens no longer, and ends its connections wherever they are in a conversation.
  void go_away() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    const std::lock_guard lock(mutex_);
    is_gone_ = true;
    for (const Fd& socket : sockets_) ::shutdown(socket.get(), SHUT_RDWR);
  }

 private:
  void accept_all() {
    try {
      for (;;) {
        Fd socket = accept_connection(listener_);
        const std::lock_guard lock(mutex_);
        if (is_gone_) return;
        sockets_.emplace_back(::dup(socket.get()));
        threads_.emplace_back(&PythonServer::serve, std::move(socket));
      }
    } catch (const Error&) {
      return;  // It has gone away.
    }
  }

  static void serve(Fd socket) {
    Client gateway(std::move(socket));
    while (const auto command = gateway.line()) {
      for (auto line = gateway.line(); line != "e"; line = gateway.line())
        if (!line) return;
      try {
        gateway.send(*command == "c" ? "!yi1\n" : "!yv\n");
      } catch (const Disconnected&) {
        return;
      }
    }
  }

  const Fd listener_ = listen_loopback();
  std::mutex mutex_;
  bool is_gone_ = false;
  std::vector<Fd> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

struct Outcome {
  std::atomic<int> answered = 0, lost = 0;
};

constexpr int proxies_count = 400, threads_count = 4, answered_before_the_end = 40;

/// Calls and drops one Python object after the other; `end` is called in the middle of that.
void use_all(Shelf& shelf, Outcome& outcome, const std::function<void()>& end) {
  while (auto proxy = shelf.take()) {
    try {
      const Proxy copy = *proxy;
      proxy.reset();
      const Value answer = copy.call("apply");
      CHECK(answer == Value(1));
      if (++outcome.answered == answered_before_the_end) end();
    } catch (const Disconnected&) {
      ++outcome.lost;
    }
  }
}

/// Several threads use the objects of a client that goes away meanwhile, callback server and all.
void lose_the_client(bool is_pinned) {
  PythonServer python;
  const auto shelf = std::make_shared<Shelf>();
  Registry registry;
  registry.interface("test.Op");
  registry.type<Shelf>("test.Shelf").method("keep", &Shelf::keep);
  GatewayOptions options;
  options.pinned = is_pinned;
  options.authenticate = false;
  options.entry_point = shelf;
  options.callback_port = python.port();
  options.released_proxies_max = 8;
  Gateway gateway(registry, options);
  std::optional<Client> client(gateway);
  for (int i = 0; i < proxies_count; ++i)
    REQUIRE(client->ask("c\nt\nkeep\nfp" + std::to_string(i) + ";test.Op\ne\n") == "!yv");
  CHECK(gateway.metrics().proxies == proxies_count);

  Outcome outcome;
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_count; ++i)
    threads.emplace_back([&] {
      use_all(*shelf, outcome, [&] {
        python.go_away();
        client.reset();
      });
    });
  for (auto& thread : threads) thread.join();
  CHECK(outcome.answered >= answered_before_the_end);
  CHECK(outcome.lost > 0);
  CHECK(outcome.answered + outcome.lost == proxies_count);
  CHECK(gateway.metrics().proxies == 0);
  gateway.stop();
}

}  // namespace

TEST_SUITE("callbacks") {
  TEST_CASE("a callback server that accepts no connection is given up in time") {
    const Fd listener = listen_loopback(0, 0);
    const Fd first = connect_loopback(local_port(listener));  // Nobody else has room to wait.
    GatewayOptions options;
    options.pinned = options.authenticate = false;
    options.callback_port = local_port(listener);
    options.callback_connect_ms_max = std::chrono::milliseconds(50);
    House house(options);
    CHECK_THROWS_WITH_AS(house.gateway->python_entry_point().call("never"),
                         doctest::Contains("cannot connect to Python's callback server"),
                         Disconnected);
    CHECK_THROWS_WITH_AS(house.gateway->python_entry_point().call("never"),
                         doctest::Contains("timed out"), Disconnected);
  }

  TEST_CASE("dialling, the token and dialling again share the time to connect") {
    auto options = Conversation::without_token();
    options.callback_token = "secret";
    options.callback_connect_ms_max = std::chrono::hours(1);
    const Conversation conversation(options);
    std::vector<Session::Clock::time_point> ends;
    const auto dial = [&](const CallbackAddress&, Session::Clock::time_point end) {
      ends.push_back(end);
      return std::make_unique<ScriptedTransport>(
          ends.size() == 1 ? Script().expect("A\nsecret\ne\n").send("!xn\n")
                           : Script().expect("c\nt\nask\ne\n").send("!yi7\n"));
    };
    CallbackPool pool(*conversation.core, dial, [] {});
    CHECK(pool.call("t", "ask", {}, [](Session*) {}) == Value(7));
    REQUIRE(ends.size() == 2);
    CHECK(ends[0] == ends[1]);
  }

  TEST_CASE("a callback server that listens a moment late is asked until it does") {
    const Fd server = bind_loopback();
    auto options = Conversation::without_token();
    options.callback_port = local_port(server);
    options.callback_listen_ms_max = std::chrono::hours(1);
    const Conversation conversation(options);
    int refusals = 0;
    const auto dial = [&](const CallbackAddress& address, Session::Clock::time_point end) {
      try {
        const Fd reached = connect_to(address.host, address.port, end);
      } catch (const ConnectionRefused&) {
        if (++refusals == 3) REQUIRE(::listen(server.get(), 1) == 0);
        throw;
      }
      return std::make_unique<ScriptedTransport>(Script().expect("c\nt\nask\ne\n").send("!yi7\n"));
    };
    CallbackPool pool(*conversation.core, dial, [] {});
    CHECK(pool.call("t", "ask", {}, [](Session*) {}) == Value(7));
    CHECK(refusals == 3);
  }

  TEST_CASE("one that was reached, or given up, is asked once until there is a new one") {
    auto options = Conversation::without_token();
    options.callback_listen_ms_max = std::chrono::milliseconds(100);
    options.callback_idle_max = 0;
    const Conversation conversation(options);
    bool is_there = true;
    int questions = 0;
    const auto dial = [&](const CallbackAddress&, Session::Clock::time_point) {
      ++questions;
      if (!is_there) throw ConnectionRefused("nobody listens");
      return std::make_unique<ScriptedTransport>(Script().expect("c\nt\nask\ne\n").send("!yi7\n"));
    };
    CallbackPool pool(*conversation.core, dial, [] {});
    const auto questions_of_a_call = [&] {
      questions = 0;
      try {
        pool.call("t", "ask", {}, [](Session*) {});
      } catch (const ConnectionRefused&) {
        CHECK_FALSE(is_there);
      }
      return questions;
    };
    CHECK(questions_of_a_call() == 1);
    is_there = false;
    CHECK(questions_of_a_call() == 1);
    pool.expect_new_server();
    CHECK(questions_of_a_call() > 1);
    CHECK(questions_of_a_call() == 1);
    pool.set_address({"127.0.0.1", 1});
    CHECK(questions_of_a_call() > 1);
  }

  TEST_CASE("stopping ends the wait for a callback server that does not listen") {
    const Fd server = bind_loopback();
    GatewayOptions options;
    options.pinned = options.authenticate = false;
    options.callback_port = local_port(server);
    options.callback_connect_ms_max = options.callback_listen_ms_max = std::chrono::hours(1);
    House house(options);
    auto result = std::async(std::launch::async,
                             [&] { return house.gateway->python_entry_point().call("never"); });
    house.gateway->stop();
    CHECK_THROWS_AS(result.get(), Disconnected);
  }

  TEST_CASE(
      "threads that call and drop Python objects whose client goes away lose their calls only") {
    lose_the_client(false);
  }

  TEST_CASE("so do threads beside the one that a pinned client has") { lose_the_client(true); }
}

}  // namespace py4cpp::test
