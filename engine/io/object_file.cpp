// SPDX-License-Identifier: Apache-2.0
//
// A SequenceFile (version 6) is a header with two class names and a random sync mark, then records:
// total length, key length, key, value. Now and then the length -1 and the mark stand between
// records.
#include "engine/io/object_file.hpp"

#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "engine/frames.hpp"
#include "engine/io/byte_input.hpp"
#include "engine/io/frame_buffer.hpp"
#include "engine/io/java_arrays.hpp"
#include "engine/io/output_folder.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

using namespace std::string_view_literals;

/// Everything before the sync mark: version, key and value class, no compression, no metadata.
constexpr std::string_view header =
    "SEQ\x06\x21org.apache.hadoop.io.NullWritable\x22org.apache.hadoop.io.BytesWritable"
    "\x00\x00\x00\x00\x00\x00"sv;

constexpr std::size_t mark_bytes = 16;
constexpr std::size_t mark_interval_bytes = std::size_t{100} * 1024;
constexpr std::size_t write_bytes = std::size_t{256} * 1024;
constexpr std::size_t read_bytes = std::size_t{256} * 1024;
constexpr std::uint32_t mark_follows = 0xFFFFFFFF;  // -1 in the place of a record's length

/// Byte arrays in one record, as many as Spark puts there.
constexpr std::size_t arrays_per_record = 10;

using Mark = std::array<std::byte, mark_bytes>;

Mark random_mark() {
  Mark mark{};
  auto bytes = reinterpret_cast<unsigned char*>(mark.data());
  if (RAND_bytes(bytes, static_cast<int>(mark.size())) != 1) {
    throw Error("the system has no random bytes to mark a file with");
  }
  return mark;
}

class Writer {
 public:
  explicit Writer(OutputFile& file) : file_(file), mark_(random_mark()) {
    for (char c : header) buffer_.push_back(static_cast<std::byte>(c));
    append_mark();
  }

  void add(std::span<const std::span<const std::byte>> arrays) {
    if (since_mark_ >= mark_interval_bytes) {
      append_u32(mark_follows);
      append_mark();
    }
    value_.clear();
    append_java_arrays(arrays, value_);
    auto length = static_cast<std::uint32_t>(value_.size());
    append_u32(length + 4);  // the value has a length of its own
    append_u32(0);           // the key has no bytes
    append_u32(length);
    append(value_);
    if (buffer_.size() >= write_bytes) flush();
  }

  void flush() {
    file_.write(buffer_);
    buffer_.clear();
  }

 private:
  void append(std::span<const std::byte> bytes) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    since_mark_ += bytes.size();
  }

  void append_mark() {
    for (std::byte byte : mark_) buffer_.push_back(byte);
    since_mark_ = 0;
  }

  void append_u32(std::uint32_t value) {
    for (std::byte byte : big_endian(value)) buffer_.push_back(byte);
    since_mark_ += sizeof value;
  }

  OutputFile& file_;
  const Mark mark_;
  std::vector<std::byte> buffer_;
  std::vector<std::byte> value_;
  std::size_t since_mark_ = 0;
};

/// A file's bytes from a place on, as many as are asked for at a time.
class Window {
 public:
  Window(const std::string& path, std::uint64_t start)
      : path_(path), position_(start), input_(open_plain_input(path, start)) {}

  std::uint64_t position() const { return position_; }

  /// The next `count` bytes, not yet taken; fewer only at the end of the file.
  std::span<const std::byte> peek(std::size_t count) {
    while (end_ - begin_ < count && !at_end_) fill(count);
    return std::span(buffer_).subspan(begin_, std::min(count, end_ - begin_));
  }

  /// Valid until the next call.
  std::span<const std::byte> take(std::size_t count) {
    auto bytes = peek(count);
    if (bytes.size() < count) {
      throw NamedError("java.io.EOFException", path_ + " ends in the middle of a record");
    }
    skip(count);
    return bytes;
  }

  void skip(std::size_t count) {
    begin_ += count;
    position_ += count;
  }

 private:
  void fill(std::size_t wanted) {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (buffer_.size() < wanted + read_bytes) buffer_.resize(wanted + read_bytes);
    std::size_t count = input_->read(std::span(buffer_).subspan(end_));
    end_ += count;
    at_end_ = count == 0;
  }

  std::string path_;
  std::uint64_t position_;
  std::unique_ptr<ByteInput> input_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool at_end_ = false;
};

/// The records of one split.
class Records {
 public:
  explicit Records(const FileSplit& split)
      : path_(split.path), end_(split.start + split.length), window_(split.path, 0) {
    read_header();
    if (split.start > 0) seek_mark(split.start);
  }

  /// The next value, valid until the next call; nothing at the end.
  std::optional<std::span<const std::byte>> next() {
    while (!done_ && !window_.peek(1).empty()) {
      std::uint64_t place = window_.position();
      std::uint32_t length = read_u32(window_.take(4).data());
      if (length != mark_follows) return value(length);
      if (std::memcmp(window_.take(mark_bytes).data(), mark_.data(), mark_bytes) != 0) refuse();
      // What follows the first mark at or after the end is the next split's.
      done_ = place >= end_;
    }
    return std::nullopt;
  }

 private:
  void read_header() {
    auto found = window_.peek(header.size() + mark_bytes);
    if (found.size() < header.size() + mark_bytes ||
        std::memcmp(found.data(), header.data(), header.size()) != 0) {
      throw NamedError("java.io.IOException",
                       path_ + " is no uncompressed SequenceFile of pickles");
    }
    std::memcpy(mark_.data(), found.data() + header.size(), mark_bytes);
    window_.skip(found.size());
  }

  /// Moves to the first mark at or after `start`, or to the end of the file.
  void seek_mark(std::uint64_t start) {
    window_ = Window(path_, start);
    for (;; window_.skip(1)) {
      auto found = window_.peek(4 + mark_bytes);
      done_ = found.size() < 4 + mark_bytes;
      if (done_ || (read_u32(found.data()) == mark_follows &&
                    std::memcmp(found.data() + 4, mark_.data(), mark_bytes) == 0)) {
        return;
      }
    }
  }

  std::span<const std::byte> value(std::uint32_t record_length) {
    auto lengths = window_.take(8);
    std::uint32_t key_length = read_u32(lengths.data());
    std::uint32_t value_length = read_u32(lengths.data() + 4);
    if (key_length != 0 || record_length != value_length + 4) refuse();
    return window_.take(value_length);
  }

  [[noreturn]] void refuse() const {
    throw NamedError("java.io.IOException", path_ + " is damaged: a record's lengths do not agree");
  }

  const std::string path_;
  const std::uint64_t end_;
  Window window_;
  Mark mark_{};
  bool done_ = false;
};

class ObjectSource final : public runner::ByteSource {
 public:
  explicit ObjectSource(InputPartition partition) : partition_(std::move(partition)) {}

  std::span<const std::byte> next() override {
    frames_.clear();
    while (!frames_.full() && index_ < partition_.size()) {
      if (!records_) records_.emplace(partition_[index_]);
      auto value = records_->next();
      if (value) {
        for (std::span<const std::byte> array : read_java_arrays(*value)) frames_.add(array);
      } else {
        records_.reset();
        ++index_;
      }
    }
    return frames_.bytes();
  }

 private:
  InputPartition partition_;
  std::size_t index_ = 0;
  std::optional<Records> records_;
  FrameBuffer frames_;
};

}  // namespace

void write_object_file(runner::ByteSource& frames, OutputFile& file) {
  Writer writer(file);
  std::vector<std::vector<std::byte>> held;  // frames of a record that may come from several runs
  auto write_held = [&] {
    std::vector<std::span<const std::byte>> arrays(held.begin(), held.end());
    if (!arrays.empty()) writer.add(arrays);
    held.clear();
  };
  for (auto run = frames.next(); !run.empty(); run = frames.next()) {
    while (!run.empty()) {
      auto payload = frame_payload(take_frame(run));
      held.emplace_back(payload.begin(), payload.end());
      if (held.size() == arrays_per_record) write_held();
    }
  }
  write_held();
  writer.flush();
}

std::unique_ptr<runner::ByteSource> open_object_file(InputPartition partition) {
  return std::make_unique<ObjectSource>(std::move(partition));
}

}  // namespace py4cpp::engine
