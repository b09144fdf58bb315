// SPDX-License-Identifier: Apache-2.0
//
// The frames are indexed once, by the offsets at which slices begin; the bytes stay where they are.
#include "engine/nodes/parallel_collection.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/fd.hpp"
#include "engine/frames.hpp"
#include "engine/job_errors.hpp"
#include "engine/storage/file_source.hpp"

namespace py4cpp::engine {

/// The file's bytes, in memory or behind a descriptor that outlives the file's name.
class ParallelCollectionRdd::Frames {
 public:
  Frames(const std::filesystem::path& file, std::size_t slices) : path_(file.string()) {
    fd_ = Fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!fd_ || ::fstat(fd_.get(), &status) != 0) {
      throw Error("cannot open " + path_ + ": " + std::strerror(errno));
    }
    const auto bytes = static_cast<std::uint64_t>(status.st_size);
    index(bytes, slices);
    if (bytes <= memory_bytes_max) fd_.reset();
  }

  class Slice;

 private:
  /// Finds where each slice begins, and keeps the bytes when they are few.
  void index(std::uint64_t bytes, std::size_t slices) {
    std::vector<std::uint64_t> frames;  // where each begins
    FileSource source(fd_, path_, 0, bytes);
    std::uint64_t offset = 0;
    for (auto run = source.next(); !run.empty(); run = source.next()) {
      if (bytes <= memory_bytes_max) memory_.insert(memory_.end(), run.begin(), run.end());
      while (!run.empty()) {
        frames.push_back(offset);
        offset += take_frame(run).size();
      }
    }
    const std::size_t count = frames.size();
    frames.push_back(offset);
    offsets_.reserve(slices + 1);
    for (std::size_t slice = 0; slice <= slices; ++slice) {
      offsets_.push_back(frames[slice * count / slices]);
    }
  }

  std::string path_;
  Fd fd_;
  runner::Bytes memory_;
  std::vector<std::uint64_t> offsets_;
};

class ParallelCollectionRdd::Frames::Slice final : public runner::ByteSource {
 public:
  Slice(std::shared_ptr<const Frames> frames, std::size_t slice)
      : frames_(std::move(frames)),
        begin_(frames_->offsets_[slice]),
        bytes_(frames_->offsets_[slice + 1] - begin_) {
    if (frames_->fd_) file_.emplace(frames_->fd_, frames_->path_, begin_, bytes_);
  }

  std::span<const std::byte> next() override {
    if (file_) return file_->next();
    if (std::exchange(done_, true)) return {};
    return std::span(frames_->memory_).subspan(begin_, bytes_);
  }

 private:
  std::shared_ptr<const Frames> frames_;
  std::uint64_t begin_;
  std::uint64_t bytes_;
  std::optional<FileSource> file_;
  bool done_ = false;
};

ParallelCollectionRdd::ParallelCollectionRdd(std::shared_ptr<Context> context,
                                             const std::filesystem::path& file, std::size_t slices,
                                             std::string site)
    : Rdd(std::move(context), {"ParallelCollectionRDD", std::move(site)}, {}), slices_(slices) {
  if (slices == 0) throw BadArgument("Positive number of partitions required");
  frames_ = std::make_shared<const Frames>(file, slices);
}

ParallelCollectionRdd::~ParallelCollectionRdd() = default;

std::unique_ptr<runner::ByteSource> ParallelCollectionRdd::compute(std::size_t partition,
                                                                   TaskRun&) {
  return std::make_unique<Frames::Slice>(frames_, partition);
}

EmptyRdd::EmptyRdd(std::shared_ptr<Context> context, std::string site)
    : Rdd(std::move(context), {"EmptyRDD", std::move(site)}, {}) {}

std::unique_ptr<runner::ByteSource> EmptyRdd::compute(std::size_t, TaskRun&) {
  return std::make_unique<runner::EmptySource>();
}

}  // namespace py4cpp::engine
