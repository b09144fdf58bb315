// SPDX-License-Identifier: Apache-2.0
//
// Frames in memory, as chunks that grow with the whole: many tiny lists cost little, and a large
// one is few allocations and no copying.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "runner/byte_source.hpp"

namespace py4cpp::engine {

/// Belongs to one thread while it is filled.
class ChunkList {
 public:
  static constexpr std::size_t chunk_bytes_max = std::size_t{256} << 10;

  /// The memory that must be had before `append` takes these frames; 0 when there is room.
  std::size_t bytes_to_grow(std::size_t frames_bytes) const {
    if (!chunks_.empty() && chunks_.back().capacity() - chunks_.back().size() >= frames_bytes) {
      return 0;
    }
    return std::max(frames_bytes, std::min(bytes_, chunk_bytes_max));
  }

  /// Copies a run of whole frames to the end. No frame is cut between chunks.
  void append(std::span<const std::byte> frames) {
    const std::size_t growth = bytes_to_grow(frames.size());
    if (growth > 0) chunks_.emplace_back().reserve(growth);
    chunks_.back().insert(chunks_.back().end(), frames.begin(), frames.end());
    bytes_ += frames.size();
  }

  /// Gives back the room after the last frame; returns how much it was.
  std::size_t trim() {
    if (chunks_.empty()) return 0;
    const std::size_t before = chunks_.back().capacity();
    chunks_.back().shrink_to_fit();
    return before - chunks_.back().capacity();
  }

  void clear() {
    chunks_ = {};
    bytes_ = 0;
  }

  std::size_t bytes() const { return bytes_; }
  const std::vector<runner::Bytes>& chunks() const { return chunks_; }

 private:
  std::vector<runner::Bytes> chunks_;
  std::size_t bytes_ = 0;
};

}  // namespace py4cpp::engine
