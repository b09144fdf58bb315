// SPDX-License-Identifier: Apache-2.0
//
// Spills are never merged: a map task's file holds one run after the other, each sorted by
// partition, and a reader visits the runs in order.
#include "engine/storage/shuffle.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "engine/storage/file_source.hpp"

namespace py4cpp::engine {

std::uint64_t MapOutput::bytes() const {
  std::uint64_t bytes = file_ ? file_->bytes() : 0;
  for (const ChunkList& share : memory_) bytes += share.bytes();
  return bytes;
}

/// One partition over all map outputs: for each, its file runs, then its chunks.
class ShuffleReader final : public runner::ByteSource {
 public:
  ShuffleReader(std::vector<std::shared_ptr<const MapOutput>> outputs, std::size_t partition)
      : outputs_(std::move(outputs)), partition_(partition) {}

  std::span<const std::byte> next() override {
    while (map_ < outputs_.size()) {
      if (run_) {
        const auto frames = run_->next();
        if (!frames.empty()) return frames;
        run_.reset();
      }
      if (next_file_run()) continue;
      const auto& chunks = outputs_[map_]->memory_[partition_].chunks();
      if (chunk_ < chunks.size()) return chunks[chunk_++];
      next_map();
    }
    return {};
  }

 private:
  bool next_file_run() {
    const MapOutput& output = *outputs_[map_];
    while (file_run_ < output.file_runs_.size()) {
      const auto& offsets = output.file_runs_[file_run_++];
      const std::uint64_t bytes = offsets[partition_ + 1] - offsets[partition_];
      if (bytes == 0) continue;
      if (!file_) file_ = Fd(::open(output.file_->path().c_str(), O_RDONLY | O_CLOEXEC));
      if (!file_) {
        throw Error("cannot open " + output.file_->path() + ": " + std::strerror(errno));
      }
      run_.emplace(file_, output.file_->path(), offsets[partition_], bytes);
      return true;
    }
    return false;
  }

  void next_map() {
    file_.reset();
    file_run_ = 0;
    chunk_ = 0;
    ++map_;
  }

  const std::vector<std::shared_ptr<const MapOutput>> outputs_;
  const std::size_t partition_;
  std::size_t map_ = 0;
  std::size_t file_run_ = 0;
  std::size_t chunk_ = 0;
  Fd file_;
  std::optional<FileSource> run_;
};

ShuffleWriter::ShuffleWriter(std::size_t partitions, MemoryBudget& budget, DiskSpace& disk)
    : disk_(disk), output_(std::make_shared<MapOutput>()) {
  output_->memory_.resize(partitions);
  output_->reservation_ = Reservation(budget);
}

void ShuffleWriter::add(std::size_t partition, std::span<const std::byte> frames) {
  Reservation& reservation = output_->reservation_;
  std::size_t growth = output_->memory_[partition].bytes_to_grow(frames.size());
  if (growth > 0 && !reservation.grow(growth) && held_ + growth > bytes_min) {
    spill();
    growth = output_->memory_[partition].bytes_to_grow(frames.size());
    reservation.grow(growth);  // else this one frame is held without
  }
  held_ += growth;
  output_->memory_[partition].append(frames);
}

void ShuffleWriter::spill() {
  if (held_ == 0) return;
  if (!output_->file_) output_->file_ = std::make_unique<TempFile>(disk_, "shuffle");
  TempFile& file = *output_->file_;
  MapOutput::FileRun offsets;
  offsets.reserve(partitions() + 1);
  for (ChunkList& share : output_->memory_) {
    offsets.push_back(file.bytes());
    for (const runner::Bytes& chunk : share.chunks()) file.append(chunk);
    share.clear();
  }
  offsets.push_back(file.bytes());
  output_->file_runs_.push_back(std::move(offsets));
  output_->reservation_.release();
  held_ = 0;
}

std::shared_ptr<const MapOutput> ShuffleWriter::finish() {
  for (ChunkList& share : output_->memory_) held_ -= share.trim();
  const std::size_t reserved = output_->reservation_.bytes();
  if (reserved > held_) {
    output_->reservation_.shrink(reserved - held_);
  } else if (!output_->reservation_.grow(held_ - reserved)) {
    spill();  // nothing is held beyond the budget for the life of the shuffle
  }
  if (output_->file_) output_->file_->close();
  return std::move(output_);
}

ShuffleMissing::ShuffleMissing(std::shared_ptr<Shuffle> shuffle)
    : Error("the output of shuffle " + std::to_string(shuffle->id()) + " is not there"),
      shuffle_(std::move(shuffle)) {}

void Shuffle::set_maps(std::size_t maps) {
  const std::lock_guard lock(mutex_);
  if (sized_) return;
  sized_ = true;
  outputs_.resize(maps);
}

std::vector<std::size_t> Shuffle::missing() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::size_t> maps;
  for (std::size_t map = 0; map < outputs_.size(); ++map) {
    if (!outputs_[map]) maps.push_back(map);
  }
  return maps;
}

bool Shuffle::complete() const {
  const std::lock_guard lock(mutex_);
  return sized_ && std::all_of(outputs_.begin(), outputs_.end(),
                               [](const auto& output) { return output != nullptr; });
}

std::shared_ptr<const MapOutput> Shuffle::write(std::size_t map, runner::ByteSource& frames,
                                                MemoryBudget& budget, DiskSpace& disk) const {
  ShuffleWriter writer(partitions_, budget, disk);
  route_(map, frames, writer);
  return writer.finish();
}

void Shuffle::commit(std::size_t map, std::shared_ptr<const MapOutput> output) {
  const std::lock_guard lock(mutex_);
  if (!outputs_.at(map)) outputs_[map] = std::move(output);
}

std::unique_ptr<runner::ByteSource> Shuffle::open(std::size_t partition) {
  if (!complete()) throw ShuffleMissing(shared_from_this());
  const std::lock_guard lock(mutex_);
  return std::make_unique<ShuffleReader>(outputs_, partition);
}

void Shuffle::clear() {
  const std::lock_guard lock(mutex_);
  std::fill(outputs_.begin(), outputs_.end(), nullptr);
}

}  // namespace py4cpp::engine
