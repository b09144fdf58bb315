// SPDX-License-Identifier: Apache-2.0
//
// Spills are never merged: a map task's file holds one run after the other, each sorted by
// partition, and a reader visits the runs in order.
#include "engine/storage/shuffle.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "engine/storage/file_source.hpp"

namespace py4cpp::engine {

std::uint64_t MapOutput::bytes() const {
  std::uint64_t bytes = file_ ? file_->bytes() : 0;
  for (const Share& share : memory_) bytes += share.frames.bytes();
  return bytes;
}

bool MapOutput::is_there() const {
  return !file_ || ::access(file_->path().c_str(), F_OK) == 0 || errno != ENOENT;
}

/// One partition over all map outputs: for each, its file runs, then its chunks.
class ShuffleReader final : public runner::ByteSource {
 public:
  using Outputs = std::vector<std::shared_ptr<const MapOutput>>;

  ShuffleReader(std::shared_ptr<Shuffle> shuffle, std::shared_ptr<const Outputs> outputs,
                std::size_t partition)
      : shuffle_(std::move(shuffle)), outputs_(std::move(outputs)), partition_(partition) {}

  std::span<const std::byte> next() override {
    while (map_ < outputs_->size()) {
      if (run_) {
        const auto frames = run_->next();
        if (!frames.empty()) return frames;
        run_.reset();
      }
      if (next_file_run()) continue;
      const auto* share = find((*outputs_)[map_]->memory_);
      if (share && chunk_ < share->frames.chunks().size()) return share->frames.chunks()[chunk_++];
      next_map();
    }
    return {};
  }

 private:
  /// What this partition has among those of a map task; null when it got nothing.
  template <typename Part>
  const Part* find(const std::vector<Part>& parts) const {
    const auto found = std::ranges::lower_bound(parts, partition_, {}, &Part::partition);
    return found != parts.end() && found->partition == partition_ ? &*found : nullptr;
  }

  bool next_file_run() {
    const MapOutput& output = *(*outputs_)[map_];
    while (file_run_ < output.file_runs_.size()) {
      const auto* stretch = find(output.file_runs_[file_run_++]);
      if (!stretch) continue;
      if (!file_) open_file(*output.file_);
      run_.emplace(file_, output.file_->path(), stretch->offset, stretch->bytes);
      return true;
    }
    return false;
  }

  void open_file(const TempFile& file) {
    file_ = Fd(::open(file.path().c_str(), O_RDONLY | O_CLOEXEC));
    if (file_) return;
    if (errno != ENOENT) throw Error("cannot open " + file.path() + ": " + std::strerror(errno));
    shuffle_->drop_lost();
    throw ShuffleMissing(shuffle_);
  }

  void next_map() {
    file_.reset();
    file_run_ = 0;
    chunk_ = 0;
    ++map_;
  }

  const std::shared_ptr<Shuffle> shuffle_;
  const std::shared_ptr<const Outputs> outputs_;
  const std::size_t partition_;
  std::size_t map_ = 0;
  std::size_t file_run_ = 0;
  std::size_t chunk_ = 0;
  Fd file_;
  std::optional<FileSource> run_;
};

ShuffleWriter::ShuffleWriter(std::size_t partitions, MemoryBudget& budget, DiskSpace& disk)
    : disk_(disk), output_(std::make_shared<MapOutput>()), shares_(partitions) {
  output_->reservation_ = Reservation(budget);
}

void ShuffleWriter::add(std::size_t partition, std::span<const std::byte> frames) {
  Reservation& reservation = output_->reservation_;
  std::size_t growth = shares_[partition].bytes_to_grow(frames.size());
  if (growth > 0 && !reservation.grow(growth) && held_ + growth > bytes_min) {
    spill();
    growth = shares_[partition].bytes_to_grow(frames.size());
    reservation.grow(growth);  // else this one frame is held without
  }
  held_ += growth;
  shares_[partition].append(frames);
}

void ShuffleWriter::spill() {
  if (held_ == 0) return;
  if (!output_->file_) output_->file_ = std::make_unique<TempFile>(disk_, "shuffle");
  TempFile& file = *output_->file_;
  MapOutput::FileRun run;
  for (std::size_t partition = 0; partition < shares_.size(); ++partition) {
    ChunkList& share = shares_[partition];
    if (share.bytes() == 0) continue;
    run.push_back({partition, file.bytes(), share.bytes()});
    for (const runner::Bytes& chunk : share.chunks()) file.append(chunk);
    share.clear();
  }
  output_->file_runs_.push_back(std::move(run));
  output_->reservation_.release();
  held_ = 0;
}

std::shared_ptr<const MapOutput> ShuffleWriter::finish() {
  for (ChunkList& share : shares_) held_ -= share.trim();
  const std::size_t reserved = output_->reservation_.bytes();
  if (reserved > held_) {
    output_->reservation_.shrink(reserved - held_);
  } else if (!output_->reservation_.grow(held_ - reserved)) {
    spill();  // nothing is held beyond the budget for the life of the shuffle
  }
  for (std::size_t partition = 0; partition < shares_.size(); ++partition) {
    if (shares_[partition].bytes() == 0) continue;
    output_->memory_.push_back({partition, std::move(shares_[partition])});
  }
  output_->memory_.shrink_to_fit();
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
  missing_ = maps;
  outputs_ = std::make_shared<Outputs>(maps);
}

std::vector<std::size_t> Shuffle::missing() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::size_t> maps;
  for (std::size_t map = 0; outputs_ && map < outputs_->size(); ++map) {
    if (!(*outputs_)[map]) maps.push_back(map);
  }
  return maps;
}

bool Shuffle::complete() const {
  const std::lock_guard lock(mutex_);
  return sized_ && missing_ == 0;
}

std::shared_ptr<const MapOutput> Shuffle::write(std::size_t map, runner::ByteSource& frames,
                                                MemoryBudget& budget, DiskSpace& disk) const {
  ShuffleWriter writer(partitions_, budget, disk);
  route_(map, frames, writer);
  return writer.finish();
}

void Shuffle::commit(std::size_t map, std::shared_ptr<const MapOutput> output) {
  const std::lock_guard lock(mutex_);
  auto& place = outputs_->at(map);
  if (place) return;
  place = std::move(output);
  --missing_;
}

std::unique_ptr<runner::ByteSource> Shuffle::open(std::size_t partition) {
  const std::lock_guard lock(mutex_);
  if (!sized_ || missing_ > 0) throw ShuffleMissing(shared_from_this());
  return std::make_unique<ShuffleReader>(shared_from_this(), outputs_, partition);
}

void Shuffle::drop_lost() {
  drop_where([](const MapOutput& output) { return !output.is_there(); });
}

void Shuffle::clear() {
  drop_where([](const MapOutput&) { return true; });
}

/// Readers keep the outputs that they have begun with.
void Shuffle::drop_where(const std::function<bool(const MapOutput&)>& dropped) {
  const std::lock_guard lock(mutex_);
  if (!sized_) return;
  outputs_ = std::make_shared<Outputs>(*outputs_);
  for (auto& output : *outputs_) {
    if (!output || !dropped(*output)) continue;
    output = nullptr;
    ++missing_;
  }
}

}  // namespace py4cpp::engine
