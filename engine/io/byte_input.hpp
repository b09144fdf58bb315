// SPDX-License-Identifier: Apache-2.0
//
// The bytes of one file from a given place on, decompressed when its name says so.
// Used by one thread. Throws NamedError: java.io.FileNotFoundException, java.io.IOException,
// java.io.EOFException (a compressed file that is cut off).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace py4cpp::engine {

class ByteInput {
 public:
  ByteInput() = default;
  ByteInput(const ByteInput&) = delete;
  ByteInput& operator=(const ByteInput&) = delete;
  virtual ~ByteInput() = default;

  /// Fills some of `buffer` (which is not empty); 0 only at the end.
  virtual std::size_t read(std::span<std::byte> buffer) = 0;
};

/// Opens a file at `start`, which must be 0 for a compressed file. File names that end in a codec
/// that is not built in (`.bz2`, `.lz4`, `.snappy`, `.zst`) throw NamedError
/// java.lang.UnsupportedOperationException.
std::unique_ptr<ByteInput> open_input(const std::string& path, std::uint64_t start);

/// Opens a file as it is on disk, whatever its name.
std::unique_ptr<ByteInput> open_plain_input(const std::string& path, std::uint64_t start);

}  // namespace py4cpp::engine
