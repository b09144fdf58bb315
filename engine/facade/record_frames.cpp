// SPDX-License-Identifier: Apache-2.0
//
// A packed record is a frame whose content is the record's frames, headers included. Frames of
// records that have just one are left as they are.
#include "engine/facade/record_frames.hpp"

#include <span>
#include <utility>
#include <vector>

#include "engine/frames.hpp"
#include "engine/io/frame_buffer.hpp"
#include "engine/nodes/input_rdd.hpp"
#include "engine/nodes/paired_rdd.hpp"

namespace py4cpp::engine {
namespace {

class Packed final : public runner::ByteSource {
 public:
  Packed(std::unique_ptr<runner::ByteSource> frames, std::size_t width)
      : frames_(std::move(frames)), width_(width) {}

  std::span<const std::byte> next() override {
    records_.clear();
    for (auto frame = frames_.next(); !frame.empty(); frame = frames_.next()) {
      if (seen_++ % width_ == 0) records_.begin_frame();
      std::vector<std::byte>& body = records_.body();
      body.insert(body.end(), frame.begin(), frame.end());
      if (seen_ % width_ != 0) continue;
      records_.end_frame();
      if (records_.full()) break;
    }
    return records_.bytes();
  }

 private:
  FrameReader frames_;
  const std::size_t width_;
  std::size_t seen_ = 0;
  FrameBuffer records_;
};

/// Opens every packed frame of a stream in which packed and plain frames take turns.
class Unpacked final : public runner::ByteSource {
 public:
  Unpacked(std::unique_ptr<runner::ByteSource> frames, bool left_packed, bool right_packed)
      : frames_(std::move(frames)), packed_{left_packed, right_packed} {}

  std::span<const std::byte> next() override {
    run_.clear();
    while (run_.size() < run_bytes) {
      auto frame = frames_.next();
      if (frame.empty()) break;
      auto bytes = packed_[seen_++ % 2] ? frame_payload(frame) : frame;
      run_.insert(run_.end(), bytes.begin(), bytes.end());
    }
    return run_;
  }

 private:
  FrameReader frames_;
  const bool packed_[2];
  std::size_t seen_ = 0;
  std::vector<std::byte> run_;
};

std::shared_ptr<Rdd> packed(std::shared_ptr<Rdd> rdd, std::size_t width) {
  if (width == 1) return rdd;
  return std::make_shared<MapPartitionsRdd>(
      std::move(rdd), "cartesian",
      [width](std::size_t, std::unique_ptr<runner::ByteSource> frames, TaskRun&) {
        return std::make_unique<Packed>(std::move(frames), width);
      });
}

}  // namespace

std::shared_ptr<Rdd> make_cartesian(std::shared_ptr<Rdd> left, std::size_t left_width,
                                    std::shared_ptr<Rdd> right, std::size_t right_width,
                                    const std::string& site) {
  auto pairs = std::make_shared<CartesianRdd>(packed(std::move(left), left_width),
                                              packed(std::move(right), right_width), site);
  if (left_width == 1 && right_width == 1) return pairs;
  return std::make_shared<MapPartitionsRdd>(
      pairs, site,
      [left_width, right_width](std::size_t, std::unique_ptr<runner::ByteSource> frames, TaskRun&) {
        return std::make_unique<Unpacked>(std::move(frames), left_width > 1, right_width > 1);
      });
}

}  // namespace py4cpp::engine
