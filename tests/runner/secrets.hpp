// SPDX-License-Identifier: Apache-2.0
//
// Files that lie encrypted on disk, as broadcasts.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>

#include "base/temp_dir.hpp"
#include "runner/encrypted_broadcasts.hpp"

namespace py4cpp::runner::test {

/// The files of a folder, encrypted, while this lives.
class Secrets {
 public:
  explicit Secrets(std::string from) : from_(std::move(from)) {}

  std::shared_ptr<const Broadcast> broadcast(std::int64_t id, const std::string& name) {
    std::ifstream file(from_ + "/" + name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    Broadcast made{id, (folder_.path() / std::to_string(id)).string()};
    EncryptedFileWriter writer(made.path, *key);
    writer.write(std::as_bytes(std::span(text)));
    writer.finish();
    return std::make_shared<const Broadcast>(made);
  }

  /// One whose file has more in it than was written.
  std::shared_ptr<const Broadcast> damaged(std::int64_t id, const std::string& name) {
    const auto made = broadcast(id, name);
    std::ofstream(made->path, std::ios::app) << "!";
    return made;
  }

  const std::shared_ptr<const EncryptionKey> key = std::make_shared<const EncryptionKey>();

 private:
  const std::string from_;
  const TempDir folder_ = TempDir(default_temp_root(), "py4cpp-secrets-");
};

}  // namespace py4cpp::runner::test
