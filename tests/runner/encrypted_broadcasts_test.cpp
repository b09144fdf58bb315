// SPDX-License-Identifier: Apache-2.0
//
// Real workers that get encrypted broadcasts, and keep and drop them as plain ones.
#include "runner/encrypted_broadcasts.hpp"

#include <doctest/doctest.h>

#include "base/error.hpp"
#include "runner/pool/handshake.hpp"
#include "secrets.hpp"
#include "worker_fixture.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;
using namespace py4cpp::runner::test;

namespace {

using Texts = std::vector<std::string>;

Texts run(Workers& workers, const std::shared_ptr<BroadcastServer>& server,
          const std::vector<std::shared_ptr<const Broadcast>>& broadcasts, const Texts& ids) {
  PythonFunction function = workers.function("broadcasts");
  function.broadcasts = broadcasts;
  const PythonRunner runner(workers.factories(), function, {.broadcast_server = server});
  return read_all(*runner.compute(source(ids), {}));
}

}  // namespace

TEST_SUITE("encrypted broadcasts") {
  TEST_CASE("workers read them, keep them from task to task, and drop those not needed") {
    for (const Interpreter& interpreter : interpreters()) {
      for (const bool unix_sockets : {true, false}) {
        if (unix_sockets && !interpreter.release.variant().unix_sockets) continue;
        CAPTURE(interpreter.release.text());
        CAPTURE(unix_sockets);
        Workers workers(interpreter, {.unix_sockets = unix_sockets});
        Secrets secrets(workers.folder());
        const auto first = secrets.broadcast(5, "first-broadcast");
        const auto second = secrets.broadcast(6, "second-broadcast");
        const auto server = std::make_shared<EncryptedBroadcasts>(workers.factories(), secrets.key);
        CHECK(run(workers, server, {first, second}, {"5", "6"}) == Texts{"111", "two"});
        CHECK(run(workers, server, {first, second}, {"6", "5"}) == Texts{"two", "111"});
        CHECK(run(workers, server, {second}, {"5", "6"}) == Texts{"gone", "two"});
        CHECK(run(workers, server, {first}, {"5", "6"}) == Texts{"111", "gone"});
        CHECK(workers.stats().created == 1);
      }
    }
  }

  TEST_CASE("a damaged file fails the task, and the log says why") {
    Workers workers(interpreters().front());
    Secrets secrets(workers.folder());
    const auto broadcast = secrets.damaged(5, "first-broadcast");
    const auto server = std::make_shared<EncryptedBroadcasts>(workers.factories(), secrets.key);
    CHECK_THROWS_WITH_AS(run(workers, server, {broadcast}, {"5"}), doctest::Contains("EOFError"),
                         PythonError);
    CHECK(eventually([&] { return workers.said().find("is damaged") != std::string::npos; }));
  }

  TEST_CASE("a broadcast that was handed out is let go") {
    Workers workers(interpreters().front());
    Secrets secrets(workers.folder());
    const auto server = std::make_shared<EncryptedBroadcasts>(workers.factories(), secrets.key);
    auto broadcast = secrets.broadcast(5, "first-broadcast");
    const std::weak_ptr<const Broadcast> left = broadcast;
    CHECK(run(workers, server, {std::exchange(broadcast, nullptr)}, {"5"}) == Texts{"111"});
    CHECK(eventually([&] { return left.expired(); }));
  }

  TEST_CASE("a stranger who says nothing does not keep a worker waiting") {
    Workers workers(interpreters().front(), {.unix_sockets = false});
    EncryptedBroadcasts server(workers.factories(), std::make_shared<const EncryptionKey>());
    const LocalServer offer = server.offer({});
    const auto port = static_cast<std::uint16_t>(offer.port);
    const Fd stranger = connect_loopback(port);
    const Fd worker = connect_loopback(port);
    send_text(worker, offer.secret, no_deadline);
    CHECK(receive_text(worker, {after(std::chrono::seconds(10))}) == "ok");
  }

  TEST_CASE("offers that nobody takes are bounded and end with the server") {
    Workers workers(interpreters().front());
    EncryptedBroadcasts server(workers.factories(), std::make_shared<const EncryptionKey>());
    for (std::size_t i = 0; i < EncryptedBroadcasts::servings_max; ++i) server.offer({});
    CHECK_THROWS_AS(server.offer({}), Overloaded);
  }
}
