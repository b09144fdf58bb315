// SPDX-License-Identifier: Apache-2.0
//
// Broadcasts that lie encrypted on disk (spark.io.encryption.enabled): workers get them decrypted
// over a socket, so that neither disk nor worker ever has the key.
#pragma once

#include <memory>
#include <vector>

#include "encrypted_file.hpp"
#include "python_function.hpp"
#include "worker_factories.hpp"

namespace py4cpp::runner {

/// Goes into RunnerOptions::broadcast_server; the broadcasts' files were written by
/// EncryptedFileWriter with the same key. Any thread.
class EncryptedBroadcasts final : public BroadcastServer {
 public:
  /// Workers that may be served at the same time; more is Overloaded.
  static constexpr std::size_t servings_max = 256;

  /// `factories` outlives the server.
  EncryptedBroadcasts(WorkerFactories& factories, std::shared_ptr<const EncryptionKey> key);
  /// Hangs up on workers that are being served.
  ~EncryptedBroadcasts() override;

  /// Listens for one worker, and serves it from a thread of its own. A file that cannot be read is
  /// a WARN here and an EOFError in the function's task.
  LocalServer offer(const std::vector<std::shared_ptr<const Broadcast>>& broadcasts) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace py4cpp::runner
