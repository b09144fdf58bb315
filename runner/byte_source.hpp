// SPDX-License-Identifier: Apache-2.0
//
// Everything that streams between tasks and workers is a ByteSource: a pull-based sequence of runs
// of whole frames, so that data passes through this library, and through an engine, without being
// parsed or copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "source_iterator.hpp"

namespace py4cpp::runner {

/// Raw bytes that have an owner: a pickled command, an accumulator's update.
using Bytes = std::vector<std::byte>;

/// A pull-based stream of frames; a frame is a big endian 32-bit length followed by that many
/// bytes. A length of -5 stands alone: it is the null of streams that may hold one. A source
/// belongs to one thread at a time. It may be destroyed before its end: whatever feeds it is then
/// stopped.
class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  /// The next run of one or more whole frames; empty at the end, and at every call after it. The
  /// bytes are valid until the next call. Blocks; throws what the stream's maker throws.
  virtual std::span<const std::byte> next() = 0;

  /// The runs as a range, which can be gone through once: `for (const auto run : source)`. `begin`
  /// takes the first run already; see SourceIterator.
  SourceIterator<ByteSource> begin() { return SourceIterator<ByteSource>(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

  /// How many rows the runs so far consist of, where the source can tell: those of Arrow batches.
  /// 0 for frames, whose contents are the functions' own matter. May be called at any time, also
  /// after the end and after `next` threw.
  virtual std::uint64_t rows() const noexcept { return 0; }
};

/// A source without frames.
class EmptySource final : public ByteSource {
 public:
  std::span<const std::byte> next() override { return {}; }
};

/// Frames that lie ready in memory, handed out as one run.
class BytesSource final : public ByteSource {
 public:
  explicit BytesSource(Bytes frames) : frames_(std::move(frames)) {}

  std::span<const std::byte> next() override {
    if (std::exchange(done_, true)) return {};
    return frames_;
  }

 private:
  Bytes frames_;
  bool done_ = false;
};

}  // namespace py4cpp::runner
