// SPDX-License-Identifier: Apache-2.0
//
// A spool that fits into memory never touches the disk.
#include "engine/storage/spool.hpp"

#include "engine/storage/file_source.hpp"

namespace py4cpp::engine {
/// Hands out the chunks as they are, then the file.
class Spool::Source final : public runner::ByteSource {
 public:
  explicit Source(std::shared_ptr<const Spool> spool) : spool_(std::move(spool)) {
    if (spool_->file_) {
      file_.emplace(spool_->file_->path(), 0, spool_->file_->bytes());
    }
  }

  std::span<const std::byte> next() override {
    if (chunk_ < spool_->memory_.chunks().size()) {
      return spool_->memory_.chunks()[chunk_++];
    }
    return file_ ? file_->next() : std::span<const std::byte>();
  }

 private:
  std::shared_ptr<const Spool> spool_;
  std::size_t chunk_ = 0;
  std::optional<FileSource> file_;
};

Spool::Spool(MemoryBudget* budget, DiskSpace& disk)
    : disk_(disk),
      memory_allowed_(budget != nullptr),
      reservation_(budget ? Reservation(*budget) : Reservation()) {}

bool Spool::append_to_memory(std::span<const std::byte> frames) {
  if (!memory_allowed_) return false;
  const std::size_t growth = memory_.bytes_to_grow(frames.size());
  if (growth > 0 && !reservation_.grow(growth)) return false;
  memory_.append(frames);
  return true;
}

void Spool::append_to_disk(std::span<const std::byte> frames) {
  if (!file_) file_ = std::make_unique<TempFile>(disk_, "block");
  memory_allowed_ = false;
  file_->append(frames);
}

void Spool::seal() {
  memory_allowed_ = false;
  if (reservation_.bytes() > 0) reservation_.shrink(memory_.trim());
  if (file_) file_->close();
}

std::unique_ptr<runner::ByteSource> Spool::open(std::shared_ptr<const Spool> spool) {
  return std::make_unique<Source>(std::move(spool));
}

}  // namespace py4cpp::engine
