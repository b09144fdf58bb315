// SPDX-License-Identifier: Apache-2.0
#include "runner/encrypted_file.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/error.hpp"
#include "base/temp_dir.hpp"

using namespace py4cpp;
using namespace py4cpp::runner;

namespace {

// A folder with one file.
class Vault {
 public:
  std::string path() const { return (folder_.path() / "file").string(); }

  void write(const std::string& text, std::size_t piece) {
    EncryptedFileWriter writer(path(), key);
    const auto bytes = std::as_bytes(std::span(text));
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      writer.write(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    }
    writer.finish();
  }

  std::string read() const {
    EncryptedFileReader reader(path(), key);
    std::string text;
    for (auto bytes = reader.next(); !bytes.empty(); bytes = reader.next()) {
      text.append(static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size());
    }
    return text;
  }

  std::string sealed() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }

  EncryptionKey key;

 private:
  TempDir folder_ = TempDir(default_temp_root(), "py4cpp-vault-");
};

constexpr std::size_t chunk = 65536;

// Files of this process get no longer than this while it lives: a disk that fills up.
class FullAfter {
 public:
  explicit FullAfter(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullAfter() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FullAfter(const FullAfter&) = delete;
  FullAfter& operator=(const FullAfter&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_SUITE("encrypted files") {
  TEST_CASE("what is written is read, whatever its size and pieces") {
    Vault vault;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 17}) {
      CAPTURE(size);
      const std::string text(size, 'x');
      for (const std::size_t piece : {std::size_t{1'000}, 5 * chunk}) {
        vault.write(text, piece);
        CHECK(vault.read() == text);
        CHECK(vault.sealed().find("xxxxxxxx") == std::string::npos);
      }
    }
  }

  TEST_CASE("a file that was changed, cut off or put together anew is refused") {
    Vault vault;
    vault.write(std::string(2 * chunk + 100, 'x'), chunk);
    const std::string good = vault.sealed();
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{7}, good.size() / 2, good.size() - 1}) {
      CAPTURE(at);
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      vault.put(bad);
      CHECK_THROWS_AS(vault.read(), Error);
    }
    constexpr std::size_t sealed_chunk = chunk + 16;
    for (const std::size_t size : {std::size_t{0}, std::size_t{6}, std::size_t{7}, std::size_t{20},
                                   7 + sealed_chunk, 7 + 2 * sealed_chunk, good.size() - 1}) {
      CAPTURE(size);
      vault.put(good.substr(0, size));
      CHECK_THROWS_AS(vault.read(), Error);
    }
    vault.put(good.substr(0, 7) + good.substr(7 + sealed_chunk, sealed_chunk) +
              good.substr(7, sealed_chunk) + good.substr(7 + 2 * sealed_chunk));
    CHECK_THROWS_AS(vault.read(), Error);
    vault.put(good);
    CHECK(vault.read().size() == 2 * chunk + 100);
    const EncryptionKey another;
    CHECK_THROWS_AS(EncryptedFileReader(vault.path(), another).next(), Error);
  }

  TEST_CASE("a full disk is an error that names the file, and nothing stays") {
    const TempDir folder(default_temp_root(), "py4cpp-vault-");
    const auto path = folder.path() / "file";
    std::filesystem::create_symlink("/dev/full", path);
    const EncryptionKey key;
    CHECK_THROWS_WITH_AS(EncryptedFileWriter(path, key), doctest::Contains("No space left"), Error);
    CHECK_FALSE(std::filesystem::is_symlink(path));
    const Vault vault;
    { EncryptedFileWriter(vault.path(), vault.key).write(Bytes(10)); }
    CHECK_FALSE(std::filesystem::exists(vault.path()));
    CHECK_THROWS_WITH_AS(EncryptedFileWriter("/no/such/folder/file", key),
                         doctest::Contains("/no/such/folder/file"), Error);
  }

  TEST_CASE("a disk that fills up while a file is written is an error, and nothing stays") {
    const Vault vault;
    {
      EncryptedFileWriter writer(vault.path(), vault.key);
      const FullAfter limit(100'000);
      CHECK_THROWS_WITH_AS(writer.write(Bytes(1'000'000)), doctest::Contains("File too large"),
                           Error);
    }
    CHECK_FALSE(std::filesystem::exists(vault.path()));
    {
      EncryptedFileWriter writer(vault.path(), vault.key);
      writer.write(Bytes(10));
      const FullAfter limit(20);
      CHECK_THROWS_WITH_AS(writer.finish(), doctest::Contains(vault.path().c_str()), Error);
    }
    CHECK_FALSE(std::filesystem::exists(vault.path()));
  }
}
