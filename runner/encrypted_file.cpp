// SPDX-License-Identifier: Apache-2.0
#include "runner/encrypted_file.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.hpp"

namespace py4cpp::runner {
namespace {

constexpr std::size_t chunk_bytes = 65536;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t prefix_bytes = 7;

unsigned char* raw(std::byte* bytes) {
  return static_cast<unsigned char*>(static_cast<void*>(bytes));
}

const unsigned char* raw(const std::byte* bytes) {
  return static_cast<const unsigned char*>(static_cast<const void*>(bytes));
}

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
  throw Error("the encrypted file '" + path.string() + "' " + what);
}

void write_whole(const Fd& file, std::span<const std::byte> bytes,
                 const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      fail(path, std::string("cannot be written: ") + std::strerror(errno));
    }
  }
}

// As many bytes as there are, at most all that were asked for.
std::size_t read_up_to(const Fd& file, std::span<std::byte> bytes,
                       const std::filesystem::path& path) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (count == 0) break;
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      fail(path, std::string("cannot be read: ") + std::strerror(errno));
    }
  }
  return done;
}

}  // namespace

EncryptionKey::EncryptionKey() {
  if (::RAND_bytes(bytes_.data(), static_cast<int>(bytes_.size())) != 1) {
    throw Error("the system has no random bits for a key");
  }
}

EncryptionKey::~EncryptionKey() { ::OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

// Seals or opens the chunks of one file, in order.
class ChunkCipher {
 public:
  enum class Way { open = 0, seal = 1 };

  ChunkCipher(const EncryptionKey& key, std::span<const std::byte, prefix_bytes> prefix, Way way)
      : way_(way), context_(::EVP_CIPHER_CTX_new(), ::EVP_CIPHER_CTX_free) {
    std::memcpy(nonce_.data(), prefix.data(), prefix_bytes);
    if (!context_ || ::EVP_CipherInit_ex(context_.get(), ::EVP_aes_256_gcm(), nullptr,
                                         key.bytes().data(), nullptr, static_cast<int>(way)) != 1) {
      throw Error("OpenSSL has no AES-256-GCM");
    }
  }

  // Appends the tag.
  void seal(std::span<const std::byte> plain, bool last, Bytes& sealed) {
    sealed.resize(plain.size() + tag_bytes);
    begin(last);
    const bool done =
        update(plain, sealed.data()) &&
        ::EVP_CipherFinal_ex(context_.get(), raw(sealed.data() + plain.size()), &count_) == 1 &&
        ::EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes,
                              sealed.data() + plain.size()) == 1;
    if (!done) throw Error("OpenSSL cannot encrypt");
  }

  // False when this is not the chunk that belongs here.
  bool open(std::span<std::byte> sealed, bool last, Bytes& plain) {
    if (sealed.size() < tag_bytes) return false;
    const std::span<std::byte> tag = sealed.last(tag_bytes);
    const std::span<const std::byte> text = sealed.first(sealed.size() - tag_bytes);
    plain.resize(text.size());
    begin(last);
    return update(text, plain.data()) &&
           ::EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) ==
               1 &&
           ::EVP_CipherFinal_ex(context_.get(), raw(tag.data()), &count_) == 1;
  }

 private:
  void begin(bool last) {
    for (std::size_t i = 0; i < 4; ++i) {
      nonce_[prefix_bytes + i] = static_cast<unsigned char>(chunk_ >> (24 - 8 * i));
    }
    nonce_.back() = last ? 1 : 0;
    // 2^32 chunks are 256 TB; a nonce must never come twice.
    if (++chunk_ == 0) throw Error("an encrypted file has too many chunks");
    ::EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, nonce_.data(),
                        static_cast<int>(way_));
  }

  bool update(std::span<const std::byte> in, std::byte* out) {
    return in.empty() || ::EVP_CipherUpdate(context_.get(), raw(out), &count_, raw(in.data()),
                                            static_cast<int>(in.size())) == 1;
  }

  const Way way_;
  std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context_;
  std::array<unsigned char, 12> nonce_{};
  std::uint32_t chunk_ = 0;
  int count_ = 0;  // what OpenSSL says it wrote; always all of it
};

EncryptedFileWriter::EncryptedFileWriter(std::filesystem::path path, const EncryptionKey& key)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  if (!file_) fail(path_, std::string("cannot be made: ") + std::strerror(errno));
  std::array<std::byte, prefix_bytes> prefix{};
  if (::RAND_bytes(raw(prefix.data()), prefix_bytes) != 1) {
    throw Error("the system has no random bits for a file");
  }
  cipher_ = std::make_unique<ChunkCipher>(key, prefix, ChunkCipher::Way::seal);
  try {
    write_whole(file_, prefix, path_);
  } catch (const Error&) {
    ::unlink(path_.c_str());
    throw;
  }
}

EncryptedFileWriter::~EncryptedFileWriter() {
  if (!finished_) ::unlink(path_.c_str());
}

void EncryptedFileWriter::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    // A full chunk is written only when more is to come: the last one is marked.
    if (plain_.size() == chunk_bytes) write_chunk(false);
    const std::size_t count = std::min(bytes.size(), chunk_bytes - plain_.size());
    plain_.insert(plain_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
  }
}

void EncryptedFileWriter::finish() {
  write_chunk(true);
  finished_ = true;
  file_.reset();
}

void EncryptedFileWriter::write_chunk(bool last) {
  Bytes sealed;
  cipher_->seal(plain_, last, sealed);
  plain_.clear();
  write_whole(file_, sealed, path_);
}

EncryptedFileReader::EncryptedFileReader(std::filesystem::path path, const EncryptionKey& key)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!file_) fail(path_, std::string("cannot be opened: ") + std::strerror(errno));
  std::array<std::byte, prefix_bytes> prefix{};
  if (read_up_to(file_, prefix, path_) < prefix_bytes) fail(path_, "is cut off");
  cipher_ = std::make_unique<ChunkCipher>(key, prefix, ChunkCipher::Way::open);
}

EncryptedFileReader::~EncryptedFileReader() = default;

// A chunk is the last one when no byte follows it.
std::span<const std::byte> EncryptedFileReader::next() {
  constexpr std::size_t sealed_bytes = chunk_bytes + tag_bytes;
  if (ended_) return {};
  const std::size_t held = fill();
  const std::size_t count = std::min(held, sealed_bytes);
  ended_ = held <= sealed_bytes;
  if (!cipher_->open(std::span(sealed_).first(count), ended_, plain_)) {
    fail(path_, "is damaged, cut off or encrypted with another key");
  }
  begin_ = count;
  return plain_;
}

// Holds one sealed chunk and the byte after it, as far as the file has them.
std::size_t EncryptedFileReader::fill() {
  constexpr std::size_t wanted = chunk_bytes + tag_bytes + 1;
  sealed_.erase(sealed_.begin(), sealed_.begin() + static_cast<std::ptrdiff_t>(begin_));
  const std::size_t held = sealed_.size();
  sealed_.resize(wanted);
  const std::size_t size = held + read_up_to(file_, std::span(sealed_).subspan(held), path_);
  sealed_.resize(size);
  return size;
}

}  // namespace py4cpp::runner
