// SPDX-License-Identifier: Apache-2.0
#include "runner/encrypted_broadcasts.hpp"

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/token.hpp"
#include "runner/pool/block_signals.hpp"
#include "runner/pool/handshake.hpp"
#include "runner/pool/worker_host.hpp"
#include "runner/wire/bytes_writer.hpp"

namespace py4cpp::runner {
namespace {

using BroadcastList = std::vector<std::shared_ptr<const Broadcast>>;

// A worker may think about what it read, but not for ever.
constexpr std::chrono::milliseconds write_ms_max{60'000};

}  // namespace

class EncryptedBroadcasts::Impl {
 public:
  Impl(WorkerHost& host, std::shared_ptr<const EncryptionKey> key)
      : host_(host), key_(std::move(key)) {}
  ~Impl() { stop_.cancel("the broadcast server is closed"); }

  LocalServer offer(const BroadcastList& broadcasts);

 private:
  // One worker to be served.
  struct Serving {
    TempDir dir;  // of a Unix socket
    Fd listener;
    std::string secret;  // empty with a Unix socket
    BroadcastList broadcasts;
    std::atomic<bool> done = false;
    std::jthread thread;  // last: joined before the rest goes
  };

  void serve(Serving& serving);
  Fd meet(const Serving& serving);
  void send(const Fd& worker, const Broadcast& broadcast);

  WorkerHost& host_;
  const std::shared_ptr<const EncryptionKey> key_;
  CancelToken stop_;
  std::mutex mutex_;  // guards what follows
  std::list<Serving> servings_;
};

LocalServer EncryptedBroadcasts::Impl::offer(const BroadcastList& broadcasts) {
  const std::lock_guard lock(mutex_);
  servings_.remove_if([](const Serving& serving) { return serving.done.load(); });
  if (servings_.size() >= servings_max) {
    throw Overloaded(std::to_string(servings_max) + " workers wait for encrypted broadcasts");
  }
  Serving& serving = servings_.emplace_back();
  LocalServer server;
  try {
    serving.broadcasts = broadcasts;
    if (host_.unix_sockets()) {
      serving.dir = host_.socket_dir();
      server.path = (serving.dir.path() / "broadcasts.sock").string();
      serving.listener = listen_unix(server.path);
    } else {
      serving.listener = listen_loopback();
      server.port = local_port(serving.listener);
      server.secret = serving.secret = random_token();
    }
    serving.thread = std::jthread([this, &serving] { serve(serving); });
  } catch (...) {
    servings_.pop_back();
    throw;
  }
  return server;
}

void EncryptedBroadcasts::Impl::serve(Serving& serving) {
  block_signals();
  try {
    const Fd worker = meet(serving);
    for (const auto& broadcast : serving.broadcasts) send(worker, *broadcast);
    // It says that it has everything; until then the connection stays.
    std::array<std::byte, 1> word{};
    read_exact(worker, word, {after(write_ms_max), &stop_});
  } catch (const TaskCancelled&) {
    // The server is closed.
  } catch (const std::exception& error) {
    host_.log(LogLevel::warn, std::string("Failed to hand out broadcasts: ") + error.what());
  }
  serving.listener.reset();
  serving.dir.remove();
  serving.broadcasts.clear();
  serving.done = true;
}

// The worker's connection; over TCP whoever does not know the secret is hung up on.
Fd EncryptedBroadcasts::Impl::meet(const Serving& serving) {
  const Patience patience{after(host_.options.start_ms_max), &stop_};
  while (wait_readable(serving.listener, patience)) {
    Fd worker = accept_connection(serving.listener, after(std::chrono::milliseconds(0)));
    if (!worker) continue;
    if (serving.secret.empty()) return worker;
    try {
      const Patience soon{std::min(patience.deadline, after(secret_ms_max)), &stop_};
      if (!equal_in_constant_time(receive_text(worker, soon), serving.secret)) continue;
      send_text(worker, "ok", soon.deadline);
      return worker;
    } catch (const Disconnected&) {
      // A stranger: the worker is still to come.
    }
  }
  throw Disconnected("the Python worker did not ask for them in time");
}

// The worker reads one pickle after the other, each behind its id: they end where pickles end.
void EncryptedBroadcasts::Impl::send(const Fd& worker, const Broadcast& broadcast) {
  Bytes id;
  BytesWriter(id).i64(broadcast.id);
  write_all(worker, id, {after(write_ms_max), &stop_});
  EncryptedFileReader file(broadcast.path, *key_);
  for (auto bytes = file.next(); !bytes.empty(); bytes = file.next()) {
    write_all(worker, bytes, {after(write_ms_max), &stop_});
  }
}

EncryptedBroadcasts::EncryptedBroadcasts(WorkerFactories& factories,
                                         std::shared_ptr<const EncryptionKey> key)
    : impl_(std::make_unique<Impl>(factories.host(), std::move(key))) {}

EncryptedBroadcasts::~EncryptedBroadcasts() = default;

LocalServer EncryptedBroadcasts::offer(
    const std::vector<std::shared_ptr<const Broadcast>>& broadcasts) {
  return impl_->offer(broadcasts);
}

}  // namespace py4cpp::runner
