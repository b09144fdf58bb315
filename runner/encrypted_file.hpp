// SPDX-License-Identifier: Apache-2.0
//
// Files that only this process can read: AES-256-GCM in chunks, so that a file of any size is
// written and read as a stream, and a byte that was changed, moved or cut off is noticed.
//
//   7 random bytes, then chunks of up to 64 KiB, each followed by its tag of 16 bytes. A chunk's
//   nonce is the random bytes, its number (32 bits, big endian) and 1 for the last chunk, else 0.
//   Every chunk but the last is full; the last may be empty.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "base/fd.hpp"
#include "byte_source.hpp"

namespace py4cpp::runner {

/// 256 random bits that never leave this process's memory, which they are wiped from at the end.
class EncryptionKey {
 public:
  /// Throws Error when the system has no random bits.
  EncryptionKey();
  EncryptionKey(const EncryptionKey&) = delete;
  EncryptionKey& operator=(const EncryptionKey&) = delete;
  ~EncryptionKey();

  std::span<const unsigned char, 32> bytes() const { return bytes_; }

 private:
  std::array<unsigned char, 32> bytes_{};
};

class ChunkCipher;

/// One thread. A file that was not finished is removed.
class EncryptedFileWriter {
 public:
  /// Makes the file, readable by its owner only. Throws Error that names it.
  EncryptedFileWriter(std::filesystem::path path, const EncryptionKey& key);
  EncryptedFileWriter(const EncryptedFileWriter&) = delete;
  EncryptedFileWriter& operator=(const EncryptedFileWriter&) = delete;
  ~EncryptedFileWriter();

  /// Throws Error that names the file and the reason: a full disk.
  void write(std::span<const std::byte> bytes);
  /// Everything was written. Throws as `write`.
  void finish();

 private:
  void write_chunk(bool last);

  const std::filesystem::path path_;
  Fd file_;
  std::unique_ptr<ChunkCipher> cipher_;
  Bytes plain_;
  bool finished_ = false;
};

/// One thread.
class EncryptedFileReader {
 public:
  /// Throws Error that names the file.
  EncryptedFileReader(std::filesystem::path path, const EncryptionKey& key);
  EncryptedFileReader(const EncryptedFileReader&) = delete;
  EncryptedFileReader& operator=(const EncryptedFileReader&) = delete;
  ~EncryptedFileReader();

  /// The next plain bytes, valid until the next call; empty at the end. Throws Error when the file
  /// is not what the writer wrote.
  std::span<const std::byte> next();

 private:
  std::size_t fill();

  const std::filesystem::path path_;
  Fd file_;
  std::unique_ptr<ChunkCipher> cipher_;
  Bytes sealed_;           // one chunk with its tag, and one byte of the next
  std::size_t begin_ = 0;  // where the next chunk begins in `sealed_`
  Bytes plain_;
  bool ended_ = false;
};

}  // namespace py4cpp::runner
