// SPDX-License-Identifier: Apache-2.0
//
// One small source for each kind of record; all of them fill a FrameBuffer until it is worth
// sending.
#include "engine/io/text_input.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "engine/io/byte_input.hpp"
#include "engine/io/frame_buffer.hpp"
#include "engine/io/line_reader.hpp"
#include "engine/io/pickle_writer.hpp"
#include "gateway/named_error.hpp"

namespace py4cpp::engine {
namespace {

constexpr std::size_t read_bytes = std::size_t{256} * 1024;

/// Rows in one pickle, as many as Spark puts there.
constexpr int rows_per_batch = 100;

/// Walks the splits of a partition; each kind of source says what a split gives.
class SplitSource : public runner::ByteSource {
 public:
  explicit SplitSource(InputPartition partition) : partition_(std::move(partition)) {}

  std::span<const std::byte> next() final {
    frames_.clear();
    while (!frames_.full() && index_ < partition_.size()) {
      if (!read(partition_[index_], frames_)) ++index_;
    }
    return frames_.bytes();
  }

 protected:
  /// Appends frames until `out` is full or the split is done; false when it is done.
  virtual bool read(const FileSplit& split, FrameBuffer& out) = 0;

 private:
  InputPartition partition_;
  std::size_t index_ = 0;
  FrameBuffer frames_;
};

class Lines final : public SplitSource {
 public:
  Lines(InputPartition partition, std::string separator)
      : SplitSource(std::move(partition)), separator_(std::move(separator)) {}

 protected:
  bool read(const FileSplit& split, FrameBuffer& out) override {
    if (!reader_) reader_.emplace(split, separator_);
    std::string_view line;
    while (!out.full()) {
      if (!reader_->next(line)) {
        reader_.reset();
        return false;
      }
      out.add_text(line);
    }
    return true;
  }

 private:
  const std::string separator_;
  std::optional<LineReader> reader_;
};

std::vector<std::byte> read_whole(const std::string& path, bool decompress) {
  std::unique_ptr<ByteInput> input = decompress ? open_input(path, 0) : open_plain_input(path, 0);
  std::vector<std::byte> content(read_bytes);
  std::size_t filled = 0;
  while (std::size_t count = input->read(std::span(content).subspan(filled))) {
    filled += count;
    if (filled == content.size()) content.resize(content.size() * 2);
  }
  content.resize(filled);
  return content;
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class WholeFiles final : public SplitSource {
 public:
  WholeFiles(InputPartition partition, bool text)
      : SplitSource(std::move(partition)), text_(text) {}

 protected:
  bool read(const FileSplit& split, FrameBuffer& out) override {
    out.add_text(file_uri(split.path));
    std::vector<std::byte> content = read_whole(split.path, text_);
    if (text_) {
      out.add_text(as_text(content));
    } else {
      out.add(content);
    }
    return false;
  }

 private:
  bool text_;
};

class BinaryRecords final : public SplitSource {
 public:
  BinaryRecords(InputPartition partition, int record_length)
      : SplitSource(std::move(partition)), record_(static_cast<std::size_t>(record_length)) {}

 protected:
  bool read(const FileSplit& split, FrameBuffer& out) override {
    if (!input_) {
      input_ = open_plain_input(split.path, split.start);
      left_ = split.length;
    }
    while (!out.full() && left_ > 0) {
      fill_record(split.path);
      out.add(record_);
      left_ -= std::min<std::uint64_t>(left_, record_.size());
    }
    if (left_ > 0) return true;
    input_.reset();
    return false;
  }

 private:
  void fill_record(const std::string& path) {
    for (std::size_t filled = 0; filled < record_.size();) {
      std::size_t count = input_->read(std::span(record_).subspan(filled));
      if (count == 0) {
        throw NamedError("java.io.EOFException", path + " ends inside a record of " +
                                                     std::to_string(record_.size()) + " bytes");
      }
      filled += count;
    }
  }

  std::vector<std::byte> record_;
  std::unique_ptr<ByteInput> input_;
  std::uint64_t left_ = 0;
};

class TextRows final : public SplitSource {
 public:
  TextRows(InputPartition partition, TextRowOptions options)
      : SplitSource(std::move(partition)), options_(std::move(options)) {}

 protected:
  bool read(const FileSplit& split, FrameBuffer& out) override {
    if (options_.whole_text) {
      add_whole_file(split.path, out);
      return false;
    }
    if (!reader_) reader_.emplace(split, options_.line_separator);
    std::string_view line;
    while (!out.full()) {
      if (!reader_->next(line)) {
        reader_.reset();
        return false;
      }
      add_batch(line, out);
    }
    return true;
  }

 private:
  /// One pickled list that begins with `line`.
  void add_batch(std::string_view line, FrameBuffer& out) {
    out.begin_frame();
    PickleWriter pickle(out.body());
    pickle.begin_list();
    int rows = 0;
    do {
      add_row(line, pickle);
    } while (++rows < rows_per_batch && reader_->next(line));
    pickle.end_list();
    pickle.finish();
    out.end_frame();
  }

  void add_whole_file(const std::string& path, FrameBuffer& out) {
    std::vector<std::byte> content = read_whole(path, true);
    out.begin_frame();
    PickleWriter pickle(out.body());
    pickle.begin_list();
    add_row(as_text(content), pickle);
    pickle.end_list();
    pickle.finish();
    out.end_frame();
  }

  void add_row(std::string_view value, PickleWriter& pickle) const {
    pickle.begin_row(column_names_);
    pickle.text(value);
    pickle.end_row();
  }

  TextRowOptions options_;
  std::vector<std::string> column_names_{"value"};
  std::optional<LineReader> reader_;
};

}  // namespace

std::unique_ptr<runner::ByteSource> open_lines(InputPartition partition, std::string separator) {
  return std::make_unique<Lines>(std::move(partition), std::move(separator));
}

bool overlaps_itself(std::string_view separator) {
  for (std::size_t shift = 1; shift < separator.size(); ++shift) {
    if (separator.substr(shift) == separator.substr(0, separator.size() - shift)) return true;
  }
  return false;
}

std::unique_ptr<runner::ByteSource> open_whole_text_files(InputPartition partition) {
  return std::make_unique<WholeFiles>(std::move(partition), true);
}

std::unique_ptr<runner::ByteSource> open_binary_files(InputPartition partition) {
  return std::make_unique<WholeFiles>(std::move(partition), false);
}

std::unique_ptr<runner::ByteSource> open_binary_records(InputPartition partition,
                                                        int record_length) {
  return std::make_unique<BinaryRecords>(std::move(partition), record_length);
}

std::unique_ptr<runner::ByteSource> open_text_rows(InputPartition partition,
                                                   TextRowOptions options) {
  return std::make_unique<TextRows>(std::move(partition), std::move(options));
}

}  // namespace py4cpp::engine
